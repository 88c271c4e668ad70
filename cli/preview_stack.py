"""A stack to preview for somebody who is logged in to no Pulumi backend: new, local, and thrown away."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from sandbox.stack.settings_file import PROJECT
from sandbox.toolchain.plugin_folders import Build, fill_home
from sandbox.toolchain.pulumi_plugins import plugins, users_home
from toolkit.paths import CHECKOUT, Paths
from toolkit.pulumi_cli import Pulumi


def is_logged_in(environment: Mapping[str, str], home: Path | None = None) -> bool:
    """True when a plain `pulumi` command would find a backend."""
    if environment.get("PULUMI_BACKEND_URL") or environment.get("PULUMI_ACCESS_TOKEN"):
        return True
    try:
        credentials = json.loads(((home or users_home()) / "credentials.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(isinstance(credentials, dict) and credentials.get("current"))


def prepare(stack: str, paths: Paths, cli: Pulumi, build: Build) -> dict[str, str]:
    """Makes the stack with the settings of its file; what a `pulumi preview` of it needs in its environment.

    Raises PulumiError. Secrets in the file stay out: only their own backend and provider can read them.
    """
    folder = paths.state / "preview-stack"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "backend").mkdir(parents=True)
    settings = folder / f"Pulumi.{stack}.yaml"
    environment = {
        "PULUMI_HOME": str(paths.pulumi_home),
        "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "it keeps no secret",
        "PULUMI_OPTION_CONFIG_FILE": str(settings),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    tracked = CHECKOUT / settings.name
    config = (yaml.safe_load(tracked.read_text()) or {}).get("config", {}) if tracked.exists() else {}
    plain = {
        key: value for key, value in config.items() if not (isinstance(value, dict) and "secure" in value)
    }
    settings.write_text(yaml.safe_dump({"config": plain}))
    # In a folder of its own: `stack init` writes into the project's stack file otherwise.
    (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
    paths.pulumi_home.mkdir(parents=True, exist_ok=True)
    local_cli = replace(cli, environment=environment, project=folder)
    fill_home(paths.pulumi_home, local_cli, plugins(), build)
    local_cli.run("stack", "init", stack, "--no-select")
    return {**os.environ, **environment}
