"""Tools are built once for their pins, by whoever comes first, and wholly or not at all."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import debian
from sandbox.paths import CHECKOUT, Paths
from sandbox.progress import Progress
from sandbox.toolchain import download, go, tool
from sandbox.toolchain.cache import Cache, key
from sandbox.toolchain.inventory import BUILD_ORDER
from sandbox.toolchain.pins import BY_NAME, TOOLS
from sandbox.toolchain.processes import ToolchainError
from sandbox.toolchain.toolchain import Toolchain
from sandbox.waiting import wait_for

# Writes what it is called with, and a program for every -o.
FAKE_GO = """#!/bin/sh
echo "$*" >> "$FAKE_GO_CALLS"
[ "$1" != mod ] || echo "{\\"Dir\\": \\"$FAKE_GO_MODULE\\"}"
[ "$1" = build ] || exit 0
[ -z "$FAKE_GO_HANGS" ] || { echo $$ > "$FAKE_GO_HANGS"; sleep 600; }
[ -z "$FAKE_GO_FAILS" ] || { echo "main.go:7: undefined: pin"; exit 1; }
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


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_tool_is_built_from_its_modules_and_linked_into_the_folder_for_path(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("etcd")
        assert toolchain.program("etcd").read_text() == "built\n"
        link = toolchain.bin_folder / "etcd"
        assert link.resolve() == toolchain.program("etcd"), "plain commands find it by PATH"


def test_a_second_checkout_builds_nothing(machine: Machine) -> None:
    with machine.toolchain("first") as toolchain:
        toolchain.ensure("etcd", "pulumi")
    before = machine.builds
    with machine.toolchain("second") as toolchain:
        toolchain.ensure("etcd", "pulumi")
        assert (toolchain.bin_folder / "pulumi").exists(), "the second checkout has its own links"
    assert machine.builds == before, "the cache belongs to the user, not to one checkout"
    assert len(before) == 2


def test_a_changed_pin_rebuilds_that_tool_alone(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("etcd", "pulumi", "coredns")
    built = len(machine.builds)
    pin = BY_NAME["etcd"].source / "go.mod"
    pin.write_text(pin.read_text() + "// another version\n")
    with machine.toolchain() as toolchain:
        toolchain.ensure("etcd", "pulumi", "coredns")
    assert len(machine.builds) == built + 1
    assert "etcd" in machine.builds[-1]


def test_the_key_of_a_tool_changes_with_its_pins_and_with_nothing_else(machine: Machine) -> None:
    before = {one.name: go.tool_key(one) for one in TOOLS}
    (BY_NAME["etcd"].source / "notes.txt").write_text("no pin")
    os.utime(BY_NAME["etcd"].source / "go.mod")
    assert {one.name: go.tool_key(one) for one in TOOLS} == before
    (BY_NAME["etcd"].source / "go.sum").write_text("")
    changed = {name for name, value in before.items() if go.tool_key(BY_NAME[name]) != value}
    assert changed == {"etcd"}


def test_a_build_that_is_called_off_leaves_no_file_and_no_process(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = machine.folder / "pid"
    monkeypatch.setenv("FAKE_GO_HANGS", str(marker))
    toolchain = machine.toolchain()
    toolchain.start(["etcd"])
    wait_for("the build", lambda: marker.exists() and marker.read_text().strip() != "", 10, 0.02)
    toolchain.close()
    left = [path.name for path in (machine.folder / "cache/tools").iterdir() if path.is_dir()]
    assert left == [], "a half-made tool must not be taken for one"
    wait_for("the end of its processes", lambda: not _group_lives(int(marker.read_text())), 10, 0.02)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


BUILD_ETCD = """
import sys
from pathlib import Path
from sandbox.paths import Paths
from sandbox.toolchain.toolchain import Toolchain

folder = Path(sys.argv[1])
with Toolchain(Paths(state=folder / "state", cache=folder / "cache")) as toolchain:
    toolchain.ensure("etcd")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_however_a_command_ends_its_builds_end_with_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    marker = machine.folder / "pid"
    monkeypatch.setenv("FAKE_GO_HANGS", str(marker))
    command = subprocess.Popen(
        [sys.executable, "-c", BUILD_ETCD, machine.folder], cwd=CHECKOUT, stderr=subprocess.DEVNULL
    )
    wait_for("the build", lambda: marker.exists() and marker.read_text().strip() != "", 30, 0.02)
    command.send_signal(number)
    assert command.wait(30) == -number
    pid = int(marker.read_text())
    wait_for("the end of the compiler", lambda: not _runs(pid), 10, 0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_cleaning_keeps_what_the_pins_name_and_what_is_being_made(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for entry in ("etcd-old", "etcd-new"):
        cache.make(entry, lambda folder: (folder / "file").touch())
    (tmp_path / "left.partial").mkdir()

    def build(folder: Path) -> None:
        assert cache.clean(frozenset({"etcd-new"})) == ["etcd-old", "left.partial"]
        assert folder.is_dir(), "another command's build goes on"

    cache.make("busy", build)
    assert cache.has("etcd-new")
    assert not cache.has("etcd-old")


def test_what_a_killed_build_left_is_cleared_by_the_next_one(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (tmp_path / "etcd-1.partial").mkdir()
    (tmp_path / "etcd-1.partial/half").touch()
    folder = cache.make("etcd-1", lambda partial: (partial / "whole").touch())
    assert [path.name for path in folder.iterdir()] == ["whole"]


def test_a_failing_build_names_its_log_and_what_the_compiler_said(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", "yes")
    with machine.toolchain() as toolchain:
        with pytest.raises(ToolchainError, match="undefined: pin") as caught:
            toolchain.ensure("etcd")
        assert str(toolchain.log("etcd")) in str(caught.value)
        assert not toolchain.is_ready("etcd")


def test_an_image_fails_with_the_error_of_the_tool_it_needs(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian, "missing", list)
    monkeypatch.setenv("FAKE_GO_FAILS", "yes")
    with machine.toolchain() as toolchain, pytest.raises(ToolchainError, match=r"build-.*\.log"):
        toolchain.ensure("control-plane")


def test_packages_are_compiled_before_they_are_linked_and_what_is_cached_is_not(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("etcd")
        toolchain.ensure("etcd")
    verbs = [line.split()[0] for line in machine.calls_file.read_text().splitlines() if "-deps" not in line]
    assert verbs == ["list", "build"], "the next tool compiles while this one is linked"


def test_what_is_made_of_kubernetes_client_is_made_of_one_and_the_same() -> None:
    shared = ("k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go", "google.golang.org/protobuf")
    tools = ("coredns", "local-path-provisioner", "tekton-pipelines", "tekton-triggers", "tkn", "traefik")
    for module in shared:
        lines = {
            line.split()[1]
            for name in tools
            for line in (tool.MODULES / name / "go.mod").read_text().splitlines()
            if line.split()[:1] == [module]
        }
        assert len(lines) == 1, f"{module}: every other version costs a minute of compiling"


def test_without_go_one_sentence_says_what_to_install(machine: Machine) -> None:
    (machine.folder / "programs/go").unlink()
    with (
        machine.toolchain() as toolchain,
        pytest.raises(ToolchainError, match=r"Go is not installed.*install Go"),
    ):
        toolchain.ensure("etcd")


def test_one_multi_call_program_has_every_kubernetes_name(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("kubernetes")
        kubelet, kubectl = toolchain.program("kubelet"), toolchain.program("kubectl")
    assert kubelet.resolve() == kubectl.resolve()
    assert len(machine.builds) == 1, "one link instead of seven"


def test_with_everything_cached_starting_takes_no_time(machine: Machine) -> None:
    names = [name for name in BUILD_ORDER if name in BY_NAME and not BY_NAME[name].cgo]
    with machine.toolchain() as toolchain:
        toolchain.ensure(*names)
    began = time.process_time()  # not the clock on the wall: other tests may run beside this one
    with machine.toolchain() as toolchain:
        toolchain.ensure(*names)
    assert time.process_time() - began < 0.5, "`make up` asks every time"


def test_files_of_ours_stand_in_for_those_of_a_module(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("traefik")
    (call,) = machine.builds
    assert "-modfile=" in call, "the go.mod with the replaced module is a copy: ours stays as it is"
    assert "replace github.com/go-acme" not in (BY_NAME["traefik"].source / "go.mod").read_text()


def test_a_tool_brings_the_files_it_needs_beside_its_programs(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("buildkit")
        script = toolchain.folder("buildkit") / "share/buildctl-daemonless.sh"
    assert script.read_text() == "upstream"
    assert script.stat().st_mode & 0o111, "it is a program"


def test_an_unknown_name_is_refused_with_the_names_there_are(machine: Machine) -> None:
    with machine.toolchain() as toolchain, pytest.raises(ToolchainError, match=r"etdc.*etcd"):
        toolchain.start(["etdc"])


def test_every_tool_and_compiling_image_has_its_place_in_the_build_order(machine: Machine) -> None:
    assert {one.name for one in TOOLS} <= set(BUILD_ORDER), "a tool outside the order is never built"
    order = machine.toolchain().names
    assert len(order) == len(set(order))


def test_keys_keep_the_border_between_parts() -> None:
    assert key("ab", "c") != key("a", "bc")


def test_every_tool_names_exact_versions_of_its_modules() -> None:
    for one in TOOLS:
        text = (one.source / "go.mod").read_text()
        assert (one.source / "go.sum").is_file(), f"{one.name}: without go.sum nothing is verified"
        assert f"v{one.version}" in text or one.version.split(".")[-1] in text, (
            f"{one.name} is pinned in go.mod"
        )
