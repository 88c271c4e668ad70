"""Renovate finds what is pinned in this repository."""

import json
import re
import subprocess
from typing import Any

import pytest

from settings.builds import Images
from tests.support.program import ROOT

CONFIG: dict[str, Any] = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))


def files(patterns: list[str]) -> set[str]:
    """The tracked files that one of the patterns, regular expressions between slashes, finds."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {
        name for name in tracked.split() if any(re.search(pattern.strip("/"), name) for pattern in patterns)
    }


def test_every_image_that_a_stack_has_by_default_is_found() -> None:
    (manager,) = CONFIG["customManagers"]
    (expression,) = manager["matchStrings"]
    (file,) = files(manager["managerFilePatterns"])
    matches = re.finditer(expression.replace("(?<", "(?P<"), (ROOT / file).read_text(encoding="utf-8"))
    parts = [match.groupdict() for match in matches]
    images = {
        f"{part['depName']}:{part['currentValue']}"
        + (f"@{part['currentDigest']}" if part["currentDigest"] else "")
        for part in parts
    }
    assert images == {field.default for field in Images.model_fields.values()}


def test_every_file_with_python_packages_is_found() -> None:
    assert files(CONFIG["pip_requirements"]["managerFilePatterns"]) == {
        "constraints.txt",
        "policy/requirements.txt",
        "requirements-dev.txt",
        "requirements.txt",
    }


@pytest.mark.parametrize("rule", [rule for rule in CONFIG["packageRules"] if "matchFileNames" in rule])
def test_a_rule_for_files_has_files(rule: dict[str, Any]) -> None:
    for pattern in rule["matchFileNames"]:
        assert list(ROOT.glob(pattern)), f"{pattern} is the pattern of no file"
