"""The settings of a stack of the sandbox: what is tracked, completed with this sandbox's own."""

from pathlib import Path
from typing import Any

import yaml

from sandbox.credentials import Credentials
from sandbox.network import DEFAULT_RANGE, Network

PROJECT = "tekton-builds"


def complete(
    tracked: str, *, network: Network, kubeconfig: Path, project: Path, credentials: Credentials
) -> str:
    """The stack file's text, without secrets: what is tracked stands for the default network and folder."""
    text = tracked.replace(Network(DEFAULT_RANGE).node, network.node)
    stack: dict[str, Any] = yaml.safe_load(text)
    stack.pop(
        "encryptionsalt", None
    )  # somebody's `stack init` in the checkout leaves one of another passphrase
    settings = stack["config"]
    if settings[f"{PROJECT}:cluster"]["kind"] == "existing":
        is_in_project = kubeconfig.is_relative_to(project)
        settings[f"{PROJECT}:cluster"]["kubeconfig"] = str(
            kubeconfig.relative_to(project) if is_in_project else kubeconfig
        )
    settings[f"{PROJECT}:registryUsername"] = credentials.registry.username
    settings[f"{PROJECT}:gitUsername"] = credentials.forge.username
    return yaml.safe_dump(stack, sort_keys=False)


def secrets_of(credentials: Credentials) -> dict[str, str]:
    """The stack's secret settings by key."""
    return {
        "registryPassword": credentials.registry.password,
        "gitPassword": credentials.forge.password,
        **({"statusToken": credentials.status_token} if credentials.status_token else {}),
    }
