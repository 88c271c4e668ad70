"""The sandbox's stack with other settings for a while."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from sandbox.stack import Stack
from sandbox.stack_config import PROJECT


@contextmanager
def changed(stack: Stack, log: Path, settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Deploys the stack with these settings in place of its own; its outputs. Afterwards all is as before."""
    file = Path(stack.environment["PULUMI_OPTION_CONFIG_FILE"])
    before = file.read_text()
    whole = yaml.safe_load(before)
    whole["config"] |= {f"{PROJECT}:{key}": value for key, value in settings.items()}
    file.write_text(yaml.safe_dump(whole))
    try:
        assert stack.up(log) == 0, log.read_text()
        yield stack.outputs()
    finally:
        file.write_text(before)
        assert stack.up(log) == 0, log.read_text()
