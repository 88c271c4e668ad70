"""A kubeconfig of several clusters, and our one cluster, user and context in it."""

from typing import Any

import yaml

from toolkit.errors import UserError

LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}


class _Loader(yaml.SafeLoader):
    """Leaves a time as the text it is: a user's entry is written back as it was."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the types of PyYAML declare it so
        character: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for character, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def entry_name(stack: str) -> str:
    """The name of the stack's cluster, user and context."""
    return f"tekton-builds-{stack}"


def parse(text: str, origin: str) -> dict[str, Any]:
    """A kubeconfig; an empty one for an empty text. Raises UserError, naming `origin`, when it is none."""
    try:
        config = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError:  # its message may quote a secret
        raise UserError(f"{origin} is not YAML; nothing was changed") from None
    if config is None:
        config = {}
    if not isinstance(config, dict):
        raise UserError(f"{origin} is not a kubeconfig: a mapping is expected; nothing was changed")
    for key in LISTS:
        entries = config.get(key)
        if entries is not None and not (
            isinstance(entries, list)
            and all(isinstance(entry, dict) and "name" in entry for entry in entries)
        ):
            raise UserError(
                f"{origin} is not a kubeconfig: {key} is no list of named entries; nothing was changed"
            )
    return config


def merge(
    config: dict[str, Any], stack_kubeconfig: dict[str, Any], name: str, *, use: bool
) -> dict[str, Any]:
    """`config` with the stack's entries as `name`; all else stays. `use` makes it the current context.

    A config without a current context gets ours. Raises UserError when the stack's kubeconfig is incomplete.
    """
    stack_entries = _entries(stack_kubeconfig)
    merged = {"apiVersion": "v1", "kind": "Config", **config}
    for key, kind in LISTS.items():
        value = (
            {**stack_entries[key], "cluster": name, "user": name} if kind == "context" else stack_entries[key]
        )
        merged[key] = _replace_or_append(config.get(key) or [], {"name": name, kind: value})
    if use or not config.get("current-context"):
        merged["current-context"] = name
    return merged


def remove(config: dict[str, Any], name: str) -> dict[str, Any]:
    """`config` without the entries `name`; no context is current when it was ours."""
    remaining = dict(config)
    for key in LISTS:
        if config.get(key):
            remaining[key] = [entry for entry in config[key] if entry["name"] != name]
    if config.get("current-context") == name:
        remaining["current-context"] = ""
    return remaining


def _replace_or_append(entries: list[dict[str, Any]], entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Entries with `entry` in place of those of the same name; at the end when there are none."""
    names = [candidate["name"] for candidate in entries]
    place = names.index(entry["name"]) if entry["name"] in names else len(entries)
    preceding = entries[:place]
    following = [candidate for candidate in entries[place:] if candidate["name"] != entry["name"]]
    return [*preceding, entry, *following]


def _entries(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    contexts = config.get("contexts") or []
    current = config.get("current-context") or (contexts[0]["name"] if len(contexts) == 1 else None)
    context = _find(config, "contexts", current)
    return {
        "clusters": _find(config, "clusters", context.get("cluster")),
        "users": _find(config, "users", context.get("user")),
        "contexts": context,
    }


def _find(config: dict[str, Any], key: str, name: Any) -> dict[str, Any]:
    for entry in config.get(key) or []:
        if entry["name"] == name and isinstance(entry.get(LISTS[key]), dict):
            content: dict[str, Any] = entry[LISTS[key]]
            return content
    raise UserError(f"the stack's kubeconfig is incomplete: {key} has nothing for its current context")
