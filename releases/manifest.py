"""Kubernetes manifests as text: what is one, and the objects in it."""

from typing import Any

import yaml

Object = dict[str, Any]


class ManifestError(ValueError):
    """The fault of the text, for the end of a sentence that begins with where it came from."""


def parsed(body: bytes) -> list[Object]:
    """The objects in a manifest. Raises ManifestError when it is none: a login page, half a file, nothing."""
    try:
        text = body.decode("utf-8")
        documents = [document for document in yaml.load_all(text, Loader=_Loader) if document is not None]
    except UnicodeDecodeError:
        raise ManifestError("it is no text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ManifestError(f"bad YAML at line {mark.line + 1}" if mark else "bad YAML") from None
    for document in documents:
        if not (
            isinstance(document, dict)
            and isinstance(document.get("apiVersion"), str)
            and isinstance(document.get("kind"), str)
            and isinstance(document.get("metadata"), dict)
        ):
            raise ManifestError(f"it holds {str(document)[:60]!r}")
    if not documents:
        raise ManifestError("it is empty")
    return documents


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Kubernetes' reading of YAML: a date is text, as JSON has no dates."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
