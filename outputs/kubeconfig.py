"""A kubeconfig of several clusters, and our one cluster, user and context in it."""

from typing import Any

import yaml

from sandbox.mistake import Mistake

LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}


class _Loader(yaml.SafeLoader):
    """Leaves a time as the text it is: a user's entry is written back as it was."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the types of PyYAML declare it so
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def entry_name(stack: str) -> str:
    """The name of the stack's cluster, user and context."""
    return f"tekton-builds-{stack}"


def parse(text: str, where: str) -> dict[str, Any]:
    """A kubeconfig; an empty one for an empty text. Raises Mistake with `where` when it is none."""
    try:
        config = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError:  # its message may quote a secret
        raise Mistake(f"{where} is not YAML; nothing was changed") from None
    if config is None:
        config = {}
    if not isinstance(config, dict):
        raise Mistake(f"{where} is not a kubeconfig: a mapping is expected; nothing was changed")
    for key in LISTS:
        entries = config.get(key)
        if entries is not None and not (
            isinstance(entries, list) and all(isinstance(one, dict) and "name" in one for one in entries)
        ):
            raise Mistake(
                f"{where} is not a kubeconfig: {key} is no list of named entries; nothing was changed"
            )
    return config


def merge(config: dict[str, Any], stack_config: dict[str, Any], name: str, *, use: bool) -> dict[str, Any]:
    """`config` with the stack's entries as `name`; all else stays. `use` makes it the current context.

    A config without a current context gets ours. Raises Mistake when the stack's kubeconfig is incomplete.
    """
    ours = _entries(stack_config)
    merged = {"apiVersion": "v1", "kind": "Config", **config}
    for key, kind in LISTS.items():
        value = {**ours[key], "cluster": name, "user": name} if kind == "context" else ours[key]
        merged[key] = _put(config.get(key) or [], {"name": name, kind: value})
    if use or not config.get("current-context"):
        merged["current-context"] = name
    return merged


def remove(config: dict[str, Any], name: str) -> dict[str, Any]:
    """`config` without the entries `name`; no context is current when it was ours."""
    rest = dict(config)
    for key in LISTS:
        if config.get(key):
            rest[key] = [one for one in config[key] if one["name"] != name]
    if config.get("current-context") == name:
        rest["current-context"] = ""
    return rest


def _put(entries: list[dict[str, Any]], entry: dict[str, Any]) -> list[dict[str, Any]]:
    """In the place of an older one of this name, of which there may be several; else at the end."""
    names = [one["name"] for one in entries]
    place = names.index(entry["name"]) if entry["name"] in names else len(entries)
    before = entries[:place]
    after = [one for one in entries[place:] if one["name"] != entry["name"]]
    return [*before, entry, *after]


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
    for one in config.get(key) or []:
        if one["name"] == name and isinstance(one.get(LISTS[key]), dict):
            found: dict[str, Any] = one[LISTS[key]]
            return found
    raise Mistake(f"the stack's kubeconfig is incomplete: {key} has nothing for its current context")
