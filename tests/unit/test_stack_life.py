"""The sandbox stack around a CLI that is a script: what it is asked, and what lies in the state folder."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sandbox import stack_config
from sandbox.credentials import Account, Credentials
from sandbox.network import Network
from sandbox.paths import CHECKOUT, Paths
from sandbox.pending import take_over
from sandbox.pulumi import Pulumi, PulumiError
from sandbox.stack import Stack, without_proxy

CREDENTIALS = Credentials(
    registry=Account(username="builder", password="registry-pass"),
    forge=Account(username="developer", password="forge-pass"),
)
# Records its arguments and what it read; makes the files that the real CLI makes.
FAKE = """
import json, os, pathlib, sys
record = pathlib.Path({record!r})
read = sys.stdin.read() if "set" in sys.argv or "import" in sys.argv else ""
with record.open("a") as file:
    env = {{key: value for key, value in os.environ.items() if key.startswith("PULUMI")}}
    file.write(json.dumps({{"arguments": sys.argv[1:], "stdin": read, "env": env}}) + "\\n")
verb = sys.argv[1:3]
if verb == ["stack", "init"]:
    state = pathlib.Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://").replace("%20", " "))
    folder = state / ".pulumi" / "stacks" / "tekton-builds"
    folder.mkdir(parents=True)
    (folder / "sandbox.json").write_text('{{"checkpoint": {{"latest": null}}}}')
    with open("Pulumi.sandbox.yaml", "a") as file:
        file.write("encryptionsalt: v1:salt\\n")
if verb == ["config", "set"]:
    with open(os.environ.get("PULUMI_OPTION_CONFIG_FILE", "Pulumi.sandbox.yaml"), "a") as file:
        file.write("# " + sys.argv[sys.argv.index("sandbox") + 1] + " is encrypted here\\n")
if verb[:1] == ["fail"]:
    print("first line\\nerror: the reason", file=sys.stderr)
    sys.exit(255)
if verb == ["stack", "export"]:
    folder = pathlib.Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://").replace("%20", " "))
    state = json.loads((folder / ".pulumi" / "stacks" / "tekton-builds" / "sandbox.json").read_text())
    print(json.dumps({{"version": 3, "deployment": state["checkpoint"]["latest"]}}))
if verb[:1] == ["up"]:
    sys.exit(int(os.environ.get("FAKE_UP", "0")))
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(state=tmp_path / "the state" / ".sandbox", cache=tmp_path / "cache")
    paths.logs.mkdir(parents=True)
    return paths


@pytest.fixture
def program(tmp_path: Path) -> Path:
    program, script = tmp_path / "pulumi", tmp_path / "pulumi.py"
    script.write_text(FAKE.format(record=str(tmp_path / "calls")))
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[dict[str, object]]]:
    """What the CLI was asked, in order."""
    return lambda: [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]


@pytest.fixture
def stack(paths: Paths, program: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr("sandbox.stack.fill_home", lambda _home, _cli: ["pulumi-resource-random"])
    return Stack(paths, Network("10.250.0.0/16"), program)


def test_secrets_go_to_the_cli_by_stdin_and_into_no_file(
    stack: Stack, paths: Paths, calls: Callable[[], list[dict[str, object]]]
) -> None:
    stack.prepare(CREDENTIALS, paths.state / "bin")
    given = {call["arguments"][-2]: call["stdin"] for call in calls() if call["arguments"][0] == "config"}  # type: ignore[index]
    assert given == {"registryPassword": "registry-pass", "gitPassword": "forge-pass"}
    for call in calls():
        assert "-pass" not in json.dumps([call["arguments"], call["env"]]), "every user can read arguments"
    for file in paths.state.rglob("*"):
        if file.is_file():
            assert "forge-pass" not in file.read_text(), f"{file.name} would hold the password in the clear"


def test_who_has_sourced_the_env_file_of_an_earlier_sandbox_can_start_another(
    stack: Stack, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_OPTION_CONFIG_FILE", str(tmp_path / "gone.yaml"))
    stack.prepare(CREDENTIALS, paths.state / "bin")
    assert "registryPassword is encrypted" in (paths.state / "Pulumi.sandbox.yaml").read_text()
    assert not (tmp_path / "gone.yaml").exists(), "the secrets would go where nobody looks"


def test_everything_secret_is_for_the_owner_alone(stack: Stack, paths: Paths) -> None:
    stack.prepare(CREDENTIALS, paths.state / "bin")
    for name in ("passphrase", "Pulumi.sandbox.yaml", "env"):
        assert (paths.state / name).stat().st_mode & 0o777 == 0o600, f"{name} opens the stack's secrets"


def test_the_clis_automatic_log_is_kept_off(stack: Stack, paths: Paths) -> None:
    (paths.pulumi_home / "logs").mkdir(parents=True)
    (paths.pulumi_home / "logs" / "old").touch()
    stack.prepare(CREDENTIALS, paths.state / "bin")
    assert (paths.pulumi_home / "logs").is_file(), "as a folder it takes half of every command's time"


def test_preparing_again_asks_the_cli_nothing(
    stack: Stack, paths: Paths, calls: Callable[[], list[dict[str, object]]]
) -> None:
    stack.prepare(CREDENTIALS, paths.state / "bin")
    passphrase, before = (paths.state / "passphrase").read_text(), len(calls())
    stack.prepare(CREDENTIALS, paths.state / "bin")
    assert len(calls()) == before, "each call takes half a second"
    assert (paths.state / "passphrase").read_text() == passphrase, (
        "another one would lock the state's secrets"
    )


def test_a_changed_password_is_set_and_the_salt_stays(
    stack: Stack, paths: Paths, calls: Callable[[], list[dict[str, object]]]
) -> None:
    stack.prepare(CREDENTIALS, paths.state / "bin")
    changed = Credentials(
        registry=CREDENTIALS.registry, forge=Account(username="developer", password="new-pass")
    )
    stack.prepare(changed, paths.state / "bin")
    assert [call["stdin"] for call in calls() if "gitPassword" in call["arguments"]][-1] == "new-pass"  # type: ignore[operator]
    assert "encryptionsalt: v1:salt\n" in (paths.state / "Pulumi.sandbox.yaml").read_text()
    assert sum("init" in call["arguments"] for call in calls()) == 1, "the stack is there already"  # type: ignore[operator]


def test_an_interrupted_preparation_is_finished_by_the_next(
    stack: Stack, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Pulumi, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stack.prepare(CREDENTIALS, paths.state / "bin")
    assert not (paths.state / "Pulumi.sandbox.yaml").exists(), (
        "half of the settings would pass for all of them"
    )
    stack.prepare(CREDENTIALS, paths.state / "bin")
    assert (paths.state / "Pulumi.sandbox.yaml").exists()
    assert not (paths.state / "stack.partial").exists()


def test_the_tracked_settings_stay_as_they_are(stack: Stack, paths: Paths) -> None:
    tracked = CHECKOUT / "Pulumi.sandbox.yaml"
    before = tracked.read_bytes()
    stack.prepare(CREDENTIALS, paths.state / "bin")
    assert tracked.read_bytes() == before, "what a command writes must not show up in git"


def test_the_settings_are_moved_to_this_sandboxs_network_and_folder() -> None:
    tracked = (
        "encryptionsalt: other\nconfig:\n  tekton-builds:cluster: {kind: existing, kubeconfig: x}\n"
        "  tekton-builds:a: 10.201.0.2:5000\n"
    )
    text = stack_config.complete(
        tracked,
        network=Network("10.250.0.0/16"),
        kubeconfig=Path("/elsewhere/kubeconfig"),
        project=Path("/project"),
        credentials=CREDENTIALS,
    )
    assert yaml.safe_load(text) == {
        "config": {
            "tekton-builds:cluster": {"kind": "existing", "kubeconfig": "/elsewhere/kubeconfig"},
            "tekton-builds:a": "10.250.0.2:5000",
            "tekton-builds:registryUsername": "builder",
            "tekton-builds:gitUsername": "developer",
        }
    }


def lock(paths: Paths, pid: int, host: str | None = None) -> Path:
    folder = paths.state / "pulumi-state/.pulumi/locks/organization/tekton-builds/sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "1.json"
    file.write_text(json.dumps({"pid": pid, "hostname": host or socket.gethostname()}))
    return file


def test_the_lock_of_a_killed_pulumi_is_taken_away(stack: Stack, paths: Paths) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    file = lock(paths, ended.pid)
    stack.unlock()
    assert not file.exists()


def test_the_lock_of_another_program_with_the_same_number_is_taken_away(stack: Stack, paths: Paths) -> None:
    file = lock(paths, os.getpid())
    stack.unlock()
    assert not file.exists(), "process numbers come again"


def test_the_lock_of_a_pulumi_that_lives_is_left_and_named(
    stack: Stack, paths: Paths, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    program = tmp_path / "real" / "pulumi"
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    living = subprocess.Popen([program, "60"])
    try:
        file = lock(paths, living.pid)
        with pytest.raises(PulumiError, match=f"process {living.pid}"):
            stack.unlock()
        assert file.exists()
    finally:
        living.kill()
        living.wait()


def test_a_lock_that_was_cut_off_is_taken_away(stack: Stack, paths: Paths) -> None:
    file = lock(paths, 1)
    file.write_text('{"pid"')
    stack.unlock()
    assert not file.exists()


def prepared(stack: Stack, paths: Paths, ca: str = "one") -> None:
    stack.prepare(CREDENTIALS, paths.state / "bin")
    paths.kubeconfig.write_text(yaml.safe_dump({"clusters": [{"name": "c", "cluster": {"ca": ca}}]}))


@pytest.mark.parametrize("failed", [False, True])
def test_an_up_to_another_cluster_forgets_what_was_in_the_last_one(
    failed: bool,
    stack: Stack,
    paths: Paths,
    calls: Callable[[], list[dict[str, object]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared(stack, paths)
    with monkeypatch.context() as patch:
        patch.setenv("FAKE_UP", "1" if failed else "0")
        stack.up(paths.logs / "up.log")
    prepared(stack, paths)
    stack.up(paths.logs / "up.log")
    assert not any("import" in call["arguments"] for call in calls()), "the same cluster"  # type: ignore[operator]
    prepared(stack, paths, ca="two")
    stack.up(paths.logs / "up.log")
    verbs = [call["arguments"][0] for call in calls()]  # type: ignore[index]
    assert verbs[-2:] == ["stack", "up"], "the old cluster's objects cannot even be refreshed: it is gone"
    assert json.loads(str(calls()[-2]["stdin"]))["deployment"].get("resources") is None


def test_a_failed_up_has_not_deployed(stack: Stack, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(stack, paths)
    monkeypatch.setenv("FAKE_UP", "3")
    assert stack.up(paths.logs / "up.log") == 3
    assert not stack.was_deployed


def begun(kind: str, operation: str = "creating", **metadata: str) -> dict[str, object]:
    """A pending operation."""
    resource = {"urn": f"urn:{kind}", "type": kind, "parent": "p", "inputs": {"metadata": metadata}}
    return {"type": operation, "resource": resource}


def test_what_a_killed_up_had_begun_is_asked_for(
    stack: Stack, paths: Paths, calls: Callable[[], list[dict[str, object]]]
) -> None:
    prepared(stack, paths)
    latest = {"resources": [], "pending_operations": [begun("kubernetes:tekton.dev/v1:Task", name="t")]}
    checkpoint = paths.state / "pulumi-state/.pulumi/stacks/tekton-builds/sandbox.json"
    checkpoint.write_text(json.dumps({"checkpoint": {"latest": latest}}))
    stack.recover()
    verbs = [call["arguments"][:2] for call in calls()][-3:]  # type: ignore[index]
    assert verbs == [["stack", "export"], ["stack", "import"], ["refresh", "--stack"]]
    assert "--target=urn:kubernetes:tekton.dev/v1:Task" in calls()[-1]["arguments"]  # type: ignore[operator]
    imported = json.loads(str(calls()[-2]["stdin"]))["deployment"]
    assert [resource["id"] for resource in imported["resources"]] == ["t"], "else the next create would fail"


def test_an_object_whose_creation_was_begun_becomes_a_resource() -> None:
    deployment = {
        "resources": [{"urn": "urn:kubernetes:core/v1:Service"}],
        "pending_operations": [
            begun("kubernetes:tekton.dev/v1:Task", name="t", namespace="n"),
            begun("kubernetes:core/v1:Service", name="s", namespace="n"),
            begun("kubernetes:core/v1:Pod", "deleting", name="p", namespace="n"),
            begun("kubernetes:core/v1:Event"),
            begun("random:index/randomPassword:RandomPassword", name="r"),
        ],
    }
    assert take_over(deployment) == ["urn:kubernetes:tekton.dev/v1:Task"], "only what can be asked for"
    assert deployment["resources"][1:] == [
        {
            "urn": "urn:kubernetes:tekton.dev/v1:Task",
            "type": "kubernetes:tekton.dev/v1:Task",
            "parent": "p",
            "inputs": {"metadata": {"name": "t", "namespace": "n"}},
            "id": "n/t",
            "outputs": {"metadata": {"name": "t", "namespace": "n"}},
        }
    ]
    assert "pending_operations" not in deployment, "the CLI warns of them for ever otherwise"


@pytest.mark.parametrize("users", ["", "example.com", "example.com,10.250.0.0/16"])
def test_no_proxy_stands_between_the_commands_and_the_node(users: str) -> None:
    variables = without_proxy(Network("10.250.0.0/16"), {"no_proxy": users})
    entries = variables["NO_PROXY"].split(",")
    assert sorted(entries) == sorted({*filter(None, users.split(",")), "10.250.0.0/16", "10.250.0.2"})
    assert variables["no_proxy"] == variables["NO_PROXY"], "programs read one or the other"


def test_the_clis_failure_is_its_own_last_words(program: Path, tmp_path: Path) -> None:
    with pytest.raises(PulumiError, match=r"^pulumi fail: error: the reason$"):
        Pulumi(program=program, project=tmp_path).run("fail")


def test_an_interruption_reaches_the_cli_once_and_waits_for_it(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_text(
        "#!/bin/sh\ntrap 'echo interrupted; exit 0' INT\necho started\nwhile :; do sleep 0.05; done\n"
    )
    program.chmod(0o755)
    log = tmp_path / "log"

    def interrupt() -> None:
        while not (log.exists() and "started" in log.read_text()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        Pulumi(program=program, project=tmp_path).show("up", log=log)
    thread.join()
    assert log.read_text() == "started\ninterrupted\n", "it could finish and record what it had begun"
