"""What is made before plain `pulumi` commands work, and what each file holds."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sandbox.credentials import Account, Credentials
from sandbox.network import Network
from sandbox.stack import settings_file
from sandbox.stack.stack import Stack
from tests.unit.sandbox.stack.fake_cli import CREDENTIALS
from toolkit.paths import CHECKOUT, Paths
from toolkit.pulumi_cli import Pulumi


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


def test_what_plain_commands_leave_stays_in_the_sandbox(stack: Stack, paths: Paths) -> None:
    stack.prepare(CREDENTIALS, paths.state / "bin")
    assert f"TMPDIR='{paths.temporary}'" in paths.env_file.read_text(), (
        "the provider leaves a kubeconfig there"
    )
    assert paths.temporary.stat().st_mode & 0o777 == 0o700
    assert paths.temporary.is_relative_to(paths.state), "`make down` removes it"


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
    text = settings_file.complete(
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


@pytest.mark.parametrize("users", ["", "example.com", "example.com,10.250.0.0/16"])
def test_no_proxy_stands_between_the_commands_and_the_node(users: str) -> None:
    variables = Network("10.250.0.0/16").without_proxy({"no_proxy": users})
    entries = variables["NO_PROXY"].split(",")
    assert sorted(entries) == sorted({*filter(None, users.split(",")), "10.250.0.0/16", "10.250.0.2"})
    assert variables["no_proxy"] == variables["NO_PROXY"], "programs read one or the other"
