"""The stack's plain settings as they stand in its configuration, before any check."""

from collections.abc import Collection
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env


def list_keys() -> list[str]:
    """The stack's keys of this project, without the project's name, in order."""
    prefix = f"{pulumi.get_project()}:"
    every = {**get_config_env(), **CONFIG.get()}
    return sorted(key.removeprefix(prefix) for key in every if key.startswith(prefix))


def read(key: str, texts: Collection[str]) -> Any:
    """The value of a key: text for one of `texts`, else what its JSON says."""
    config = pulumi.Config()
    if key in texts:
        return config.get(key)
    try:
        return config.get_object(key)
    except pulumi.ConfigTypeError:
        return config.get(key)  # no JSON: the model says what it should have been
