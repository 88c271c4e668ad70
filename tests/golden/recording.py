"""One stack's run, as data: what the program registers, logs and gives, without what differs by itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from plugins.language_python.host import PROGRAM
from plugins.values import SECRET, SIGNATURE
from tests.golden.engine import PROJECT, Engine
from tests.golden.stack import Stack, filled
from tests.support.engine_server import serving

ANSWERS = Path(__file__).with_name("answers.yaml")
SECONDS = 300  # that one run may take, on a machine that does other things
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00")
Recording = dict[str, Any]
"""`resources` by URN, `outputs`, `logged`, `lookups`, `hooks`, and the program's `code`."""


class RunError(Exception):
    """A program that did not come to its end, with what it said."""


def record(checkout: Path, stack: Stack, values: Mapping[str, str]) -> Recording:
    """Runs the program in `checkout` with the stack's settings. Raises RunError."""
    answers = filled(yaml.safe_load(ANSWERS.read_text(encoding="utf-8")), {**values, "stack": stack.name})
    engine = Engine(stack, answers["outputs"], answers["lookups"])
    with tempfile.TemporaryFile("w+") as output, serving(engine) as address:
        try:
            code = subprocess.run(
                [sys.executable, PROGRAM, *_arguments(checkout, stack, address), "."],
                cwd=checkout,
                env=_environment(checkout, stack, values),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
        output.seek(0)
        log = "\n".join([*engine.logged, output.read()])
    if (code != 0) != stack.refused:
        raise RunError(f"stack {stack.name} in {checkout}: the program ended with {code}\n{log}")
    recording = {
        "resources": engine.resources,
        "outputs": engine.outputs,
        "logged": sorted(engine.logged),
        "lookups": sorted(engine.lookups, key=json.dumps),
        "hooks": engine.hooks,
        "code": code,
    }
    normal: Recording = normalised(recording, checkout)
    return normal


def normalised(value: Any, checkout: Path) -> Any:
    """The same without the checkout's path and the time of the run, secrets as `{"secret!": value}`, and
    whole numbers as int.
    """
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return {"secret!": normalised(value["value"], checkout)}
        return {key: normalised(item, checkout) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normalised(item, checkout) for item in value]
    if isinstance(value, str):
        return TIME.sub("TIME", value.replace(str(checkout), "CHECKOUT"))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _arguments(checkout: Path, stack: Stack, address: str) -> list[str]:
    options = {
        "project": PROJECT,
        "stack": stack.name,
        "root_directory": str(checkout),
        "monitor": address,
        "engine": address,
        "pwd": str(checkout),
        "dry_run": "true" if stack.preview else "false",
        "parallel": "16",
    }
    return [word for key, value in options.items() for word in (f"--{key}", value)]


def config(checkout: Path, stack: Stack) -> dict[str, str]:
    """The settings as the CLI gives them to a program: the stack's, and the defaults of Pulumi.yaml."""
    declared = yaml.safe_load((checkout / "Pulumi.yaml").read_text(encoding="utf-8")).get("config", {})
    defaults = {
        key: entry["default"] if isinstance(entry, Mapping) else entry
        for key, entry in declared.items()
        if not isinstance(entry, Mapping) or "default" in entry
    }
    settings = {**defaults, **stack.config, **stack.secrets}
    return {
        key if ":" in key else f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in settings.items()
    }


def _environment(checkout: Path, stack: Stack, values: Mapping[str, str]) -> dict[str, str]:
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    return {
        **inherited,
        "NO_PROXY": "127.0.0.1",
        "XDG_CACHE_HOME": f"{values.get('folder', checkout)}/cache",
        "PULUMI_CONFIG": json.dumps(config(checkout, stack)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps([f"{PROJECT}:{key}" for key in stack.secrets]),
        **stack.environment,
    }
