"""What the node's programs read: configuration, scripts, mount points, services."""

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bcrypt
import pytest
import yaml

from sandbox.credentials import Credentials
from sandbox.network import Network
from sandbox.node import daemons
from sandbox.node.cgroup import Cgroup, hierarchies
from sandbox.node.claim import Claim
from sandbox.node.configuration import FILES, NODE_FILES, PATCHES, POLICIES_SOCKET, Configuration
from sandbox.node.mounts import FOLDERS, Mounts
from sandbox.node.services import Services
from toolkit.paths import CHECKOUT, Paths

NETWORK = Network("10.207.0.0/16")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(state=tmp_path / "state", cache=tmp_path / "cache")


@pytest.fixture
def configuration(paths: Paths) -> Configuration:
    claim = Claim(NETWORK.range, paths.state, root=paths.cache)
    return Configuration(paths, NETWORK, claim, Credentials.load_or_create(paths))


@pytest.mark.parametrize("template", sorted(path.name for path in FILES.iterdir()))
def test_every_template_is_filled_and_parses(configuration: Configuration, template: str) -> None:
    text = configuration.render(template)
    assert "10.201." not in text, "no address but this sandbox's"
    if template.endswith(".yaml"):
        assert all(document for document in yaml.safe_load_all(text)), "no empty document"
    elif template.endswith("list"):
        json.loads(text)


def test_every_pod_is_routed_and_waits_for_its_policies(configuration: Configuration) -> None:
    """On a bridge, what pods say to each other would meet no rule."""
    chain = json.loads(configuration.render("pods.conflist"))["plugins"]
    assert [one["type"] for one in chain] == ["ptp", "node-policies", "portmap"]
    assert chain[1]["socket"] == POLICIES_SOCKET


@pytest.mark.parametrize("patch", sorted(PATCHES.iterdir()), ids=lambda path: path.name)
def test_every_patch_names_the_container_it_changes(patch: Path) -> None:
    (container,) = yaml.safe_load(patch.read_text())["spec"]["containers"]
    assert container["name"] == patch.name.partition("+")[0], "kubeadm merges by this name"


def test_writing_twice_restarts_nothing(configuration: Configuration) -> None:
    assert configuration.write() == set(NODE_FILES.values()) - {""}
    assert configuration.write() == set(), "nothing changed"


def test_whatever_holds_the_registry_s_password_is_for_the_owner_alone(
    configuration: Configuration, paths: Paths
) -> None:
    configuration.write()
    password = Credentials.load_or_create(paths).registry.password
    for file in paths.state.rglob("*"):
        if file.is_file() and not file.is_symlink() and password in file.read_text():
            assert file.stat().st_mode & 0o077 == 0, f"{file} holds the password"
    name, _, hashed = (paths.state / "node" / "htpasswd").read_text().strip().partition(":")
    assert name == "builder"
    assert bcrypt.checkpw(password.encode(), hashed.encode())


def test_credentials_are_made_once(paths: Paths) -> None:
    assert Credentials.load_or_create(paths) == Credentials.load_or_create(paths)
    assert (paths.state / "credentials.json").stat().st_mode & 0o777 == 0o600


def test_two_that_make_credentials_at_once_get_the_same(paths: Paths) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: Credentials.load_or_create(paths).registry.password, range(64)))
    assert len(made) == 1, "the stack and the node start beside each other"
    assert [path.name for path in paths.state.iterdir()] == ["credentials.json"]


def test_damaged_credentials_are_named_and_not_replaced(paths: Paths) -> None:
    Credentials.load_or_create(paths)
    file = paths.state / "credentials.json"
    file.write_text("{}")
    with pytest.raises(ValueError, match=r"credentials\.json is damaged .*make down"):
        Credentials.load_or_create(paths)
    assert file.read_text() == "{}"


def test_a_password_shows_in_no_representation(paths: Paths) -> None:
    credentials = Credentials.load_or_create(paths)
    assert credentials.registry.password not in repr(credentials)


def test_every_daemon_has_a_script_and_every_script_a_daemon(paths: Paths) -> None:
    scripts = daemons.scripts(paths, NETWORK, lambda name: Path("/bin") / name)
    assert {f"{name}.sh" for name in scripts} == {path.name for path in daemons.SCRIPTS.iterdir()}
    for name, script in scripts.items():
        variables = {word.partition("=")[0] for word in shlex.split(script) if "=" in word}
        text = (daemons.SCRIPTS / f"{name}.sh").read_text()
        assert all(variable in text for variable in variables), f"{name} gets what it does not use"


def test_every_shell_script_passes_shellcheck() -> None:
    scripts = [str(path) for path in (CHECKOUT / "sandbox" / "node").rglob("*.sh")]
    shellcheck = Path(sys.executable).with_name("shellcheck")  # of the same virtual environment
    done = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_service_that_is_defined_again_is_no_change(tmp_path: Path) -> None:
    services = Services(tmp_path / "services", tmp_path / "log")
    assert services.add("one", "#!/bin/sh\nexec true\n", deferred=True)
    assert not services.add("one", "#!/bin/sh\nexec true\n", deferred=True)
    assert services.add("one", "#!/bin/sh\nexec false\n"), "another script is a change"
    assert services.names() == ["one"]
    assert services.state("one") != "run", "nobody runs it here"
    for script in ("run", "start", "log/run"):
        assert os.access(tmp_path / "services" / "one" / script, os.X_OK), f"runit runs {script}"


def test_mount_points_that_were_made_are_removed_and_others_stay(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc" / "kubernetes").mkdir(parents=True)
    mounts = Mounts(tmp_path / "node", tmp_path / "shared", root)
    mounts.ensure_targets()
    assert all((root / target.lstrip("/")).is_dir() for target in FOLDERS.values())
    (root / "var" / "lib" / "kubelet" / "somebody's").touch()
    mounts.remove_targets(last=True)
    left = {str(path.relative_to(root)) for path in root.rglob("*")}
    assert left == {
        "etc",
        "etc/kubernetes",
        "var",
        "var/lib",
        "var/lib/kubelet",
        "var/lib/kubelet/somebody's",
    }, "what was there before and what is not empty stays, all else goes"


def test_mount_points_stay_until_the_last_sandbox_goes(tmp_path: Path) -> None:
    root, shared = tmp_path / "root", tmp_path / "shared"
    root.mkdir()
    first, second = (Mounts(tmp_path / name, shared, root) for name in ("first", "second"))
    first.ensure_targets()
    second.ensure_targets()
    first.remove_targets(last=False)
    assert (root / "etc" / "kubernetes").is_dir(), "removing it here would unmount it in the other node"
    second.remove_targets(last=True)
    assert list(root.iterdir()) == [], "the second removes what the first made"
    assert not shared.exists()


def test_cgroup_hierarchies_are_found_in_both_versions() -> None:
    old = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:1 - cgroup cgroup rw,cpu\n"
    new = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n"
    other = "25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw\n"
    assert hierarchies(old + other) == [Path("/sys/fs/cgroup/cpu")]
    assert hierarchies(other + new) == [Path("/sys/fs/cgroup")]


def test_a_cpuset_of_version_1_gets_its_parent_s_processors(tmp_path: Path) -> None:
    (tmp_path / "cpuset.cpus").write_text("0-1\n")
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "cpuset.cpus").write_text("\n")
    Cgroup("ours", [tmp_path]).ensure()
    assert (folder / "cpuset.cpus").read_text() == "0-1\n", "no process fits into an empty one"


def test_version_2_passes_its_controllers_on(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids rdma\n")
    (tmp_path / "cgroup.subtree_control").write_text("")
    Cgroup("ours", [tmp_path]).ensure()
    assert (tmp_path / "ours").is_dir()
    assert "+" in (tmp_path / "cgroup.subtree_control").read_text()
