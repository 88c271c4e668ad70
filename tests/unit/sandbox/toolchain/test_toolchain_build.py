"""Tools are built once for their pins, by whoever comes first, and wholly or not at all."""

import os
import time
from pathlib import Path

import pytest

from sandbox.toolchain import go, tool
from sandbox.toolchain.cache import key
from sandbox.toolchain.inventory import BUILD_ORDER
from sandbox.toolchain.pins import BY_NAME, TOOLS
from sandbox.toolchain.processes import ToolchainError
from sandbox.toolchain.versions import PULUMI_KUBERNETES
from tests.support.fake_go import Machine

# Date and commit of a release, as Go writes a commit without a tag.
RELEASE_COMMITS = {"4.25.0": "20260115033456-f47bc2d6f199"}


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


def test_the_key_changes_with_a_module_of_our_own(machine: Machine) -> None:
    traefik = BY_NAME["traefik"]
    before = go.tool_key(traefik)
    (file,) = (traefik.source / "ext").glob("*.go")
    file.write_text(file.read_text() + "// another\n")
    assert go.tool_key(traefik) != before


def test_packages_are_compiled_before_they_are_linked_and_what_is_cached_is_not(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("etcd")
        toolchain.ensure("etcd")
    verbs = [line.split()[0] for line in machine.calls_file.read_text().splitlines() if "-deps" not in line]
    assert verbs == ["list", "build"], "the next tool compiles while this one is linked"


def test_what_is_made_of_kubernetes_client_is_made_of_one_and_the_same() -> None:
    shared = ("k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go", "google.golang.org/protobuf")
    # Not Traefik: the Gateway API's client, which is in it, is made for a newer one.
    tools = ("coredns", "local-path-provisioner", "tekton-pipelines", "tekton-triggers", "tkn")
    for module in shared:
        lines = {
            line.split()[1]
            for name in tools
            for line in (tool.MODULES / name / "go.mod").read_text().splitlines()
            if line.split()[:1] == [module]
        }
        assert len(lines) == 1, f"{module}: every other version costs a minute of compiling"


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


def test_what_a_module_carries_is_embedded_into_our_program(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("pulumi-kubernetes")
    # Downloads run beside the rest, and nobody waits for their end.
    calls = [
        line for line in machine.calls_file.read_text().splitlines() if line.startswith(("list", "build"))
    ]
    assert {"list", "build"} == {line.split()[0] for line in calls}
    assert all("-overlay=" in line for line in calls), "without the overlay there is nothing to embed"
    assert not (BY_NAME["pulumi-kubernetes"].source / "schema.json").exists(), "the checkout stays clean"


def test_the_version_comes_from_the_pins_alone(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        toolchain.ensure("pulumi-kubernetes")
    assert f"-X 'main.version={PULUMI_KUBERNETES}'" in machine.builds[-1]
    assert PULUMI_KUBERNETES not in (BY_NAME["pulumi-kubernetes"].source / "main.go").read_text()


def test_the_provider_is_of_the_commit_of_its_release() -> None:
    text = (BY_NAME["pulumi-kubernetes"].source / "go.mod").read_text()
    assert f"{BY_NAME['pulumi-kubernetes'].module} v4.0.0-{RELEASE_COMMITS[PULUMI_KUBERNETES]}\n" in text, (
        "its module has no tag: the commit of the release stands here, and a newer release brings its own"
    )


def test_what_is_no_command_stays_off_path_and_what_nobody_asked_for_is_not_made(machine: Machine) -> None:
    with machine.toolchain() as toolchain:
        assert "pulumi-kubernetes" not in toolchain.names, "most machines download it"
        toolchain.ensure("pulumi-kubernetes")
        assert not (toolchain.bin_folder / "pulumi-resource-kubernetes").exists(), "the CLI would warn of it"
        assert toolchain.is_ready("pulumi-kubernetes")


def test_who_waits_for_a_part_hears_of_what_fails_elsewhere(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("elsewhere")

    monkeypatch.setenv("FAKE_GO_HANGS", str(machine.folder / "pid"))
    with machine.toolchain() as toolchain, pytest.raises(RuntimeError, match="elsewhere"):
        toolchain.wait("pulumi", fail)


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
