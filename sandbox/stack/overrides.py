"""Temporary settings of the sandbox's stack."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from sandbox.network import Network
from sandbox.stack.settings_file import PROJECT
from sandbox.stack.stack import Stack
from toolkit.paths import Paths
from toolkit.pulumi_cli import Pulumi, PulumiError


@contextmanager
def stack_overrides(
    paths: Paths, log: Path, settings: Mapping[str, Any], secrets: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Deploys the stack with these settings and these secrets beside its own; its outputs.

    A second `up` must find nothing to do. Afterwards all is as before. Raises PulumiError with the CLI's
    output.
    """
    program = paths.state / "bin" / "pulumi"
    stack = Stack(paths, Network(), program)
    cli = Pulumi(program=program, environment=stack.environment)
    file = Path(stack.environment["PULUMI_OPTION_CONFIG_FILE"])
    original = file.read_text()
    content = yaml.safe_load(original)
    content["config"] |= {f"{PROJECT}:{key}": value for key, value in settings.items()}
    file.write_text(yaml.safe_dump(content))
    try:
        for key, value in secrets.items():
            cli.run("config", "set", "--secret", "--stack", stack.name, key, stdin=value)
        _up(stack, log)
        _up(stack, log.with_suffix(".again.log"), "--expect-no-changes")
        yield stack.outputs()
    finally:
        file.write_text(original)
        _up(stack, log)


def _up(stack: Stack, log: Path, *options: str) -> None:
    if stack.up(log, *options) != 0:
        raise PulumiError(f"`pulumi up` failed:\n{log.read_text()}")
