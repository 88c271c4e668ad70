"""What is checked before a commit is what `make check` checks."""

import re

import yaml

from tests.support.program import ROOT


def test_the_hooks_are_the_lines_of_make_check() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^check: .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    lines = [line.removeprefix("\t@") for line in recipe.splitlines()]
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook["entry"] for repository in config["repos"] for hook in repository["hooks"]]
    assert [re.sub(r"^sh -c '(.*)'$", r"\1", entry) for entry in hooks] == lines
