"""A Go that writes down what it is called with and builds nothing."""

import shutil
from pathlib import Path

import pytest

from sandbox.toolchain import download, tool
from sandbox.toolchain.pins import TOOLS
from sandbox.toolchain.toolchain import Toolchain
from toolkit.paths import Paths
from toolkit.progress import Progress

# Writes what it is called with, and a program for every -o.
FAKE_GO = """#!/bin/sh
echo "$*" >> "$FAKE_GO_CALLS"
[ "$1" != mod ] || echo "{\\"Dir\\": \\"$FAKE_GO_MODULE\\"}"
[ "$1" = build ] || exit 0
[ -z "$FAKE_GO_HANGS" ] || { echo $$ > "$FAKE_GO_HANGS"; sleep 600; }
[ -z "$FAKE_GO_FAILS" ] || { echo "$FAKE_GO_FAILS"; exit 1; }
while [ "$1" != -o ]; do shift; done
case "$2" in
  */) for package in "$3" "$4"; do echo built > "$2/${package##*/}"; done ;;
  *) echo built > "$2" ;;
esac
"""


class Machine:
    """A machine with a fake Go and nothing else of ours on PATH."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.calls_file = folder / "calls"
        programs = folder / "programs"
        programs.mkdir()
        (programs / "go").write_text(FAKE_GO)
        (programs / "go").chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
        monkeypatch.setenv("FAKE_GO_CALLS", str(self.calls_file))
        monkeypatch.setenv("FAKE_GO_MODULE", str(folder / "module"))
        for one in TOOLS:
            for path in (*one.files.values(), *one.replaced):
                (folder / "module" / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / "module" / path).write_text("upstream")
        monkeypatch.setenv("FAKE_GO_HANGS", "")
        monkeypatch.setenv("FAKE_GO_FAILS", "")
        monkeypatch.setenv(download.MIRROR, "http://127.0.0.1:9")  # nobody answers there
        shutil.copytree(tool.MODULES, folder / "modules")
        monkeypatch.setattr(tool, "MODULES", folder / "modules")

    def toolchain(self, checkout: str = "checkout") -> Toolchain:
        return Toolchain(Paths(state=self.folder / checkout, cache=self.folder / "cache"), Progress())

    @property
    def builds(self) -> list[str]:
        """The targets of every `go build` so far."""
        calls = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        return [line for line in calls if line.startswith("build ")]
