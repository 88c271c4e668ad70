"""Plain Pulumi commands on the sandbox's stack, as a user types them after `make up`."""

import json
import re
import time
from pathlib import Path

import pytest

from tests.e2e.shell import run_in_env, shell
from toolkit.paths import CHECKOUT, Paths

pytestmark = pytest.mark.e2e

# Eight on an idle machine of two cores; the tests are not alone on theirs.
NO_CHANGE_SECONDS = 40


def test_a_second_up_changes_nothing(paths: Paths) -> None:
    began = time.monotonic()
    shell(paths, "pulumi up --yes --skip-preview --expect-no-changes")
    took = time.monotonic() - began
    assert took < NO_CHANGE_SECONDS, f"a no-change up took {took:.0f} s: nobody runs what is slow"


def test_plain_commands_work_in_the_checkout(paths: Paths) -> None:
    output = shell(
        paths, "pulumi stack ls --json; pulumi stack output --json; kubectl get nodes --output=name"
    )
    assert '"current": true' in output, "the stack is selected: `pulumi up` needs no --stack"
    assert "/hooks" in output, "outputs can be read"
    assert "[secret]" in output, "and secret ones are not shown unasked"
    assert "node/" in output, "kubectl reaches the cluster"


def test_no_secret_stands_in_the_state(paths: Paths) -> None:
    state = shell(paths, "pulumi stack export")
    credentials = json.loads((paths.state / "credentials.json").read_text())
    passwords = [
        credentials["registry"]["password"],
        credentials["forge"]["password"],
        credentials["status_token"],
    ]
    outputs = json.loads(shell(paths, "pulumi stack output --json --show-secrets"))
    for secret in [*passwords, outputs["webhook_secret"], "client-key-data"]:
        assert secret not in state, "the state file is copied, backed up and mailed around"


def test_the_state_is_one_file_that_is_replaced_whole(paths: Paths) -> None:
    beside = list((paths.state / "pulumi-state").rglob("*.attrs"))
    assert not beside, "a killed CLI leaves an empty one, and fails from then on: failed to load checkpoint"


def test_a_preview_of_a_deployed_stack_without_its_cluster_is_one_sentence(
    paths: Paths, tmp_path: Path
) -> None:
    settings = (paths.state / "Pulumi.sandbox.yaml").read_text()
    elsewhere = re.sub(r"kubeconfig: .*", f"kubeconfig: {tmp_path}/absent", settings)
    file = tmp_path / "Pulumi.sandbox.yaml"
    file.write_text(elsewhere)
    code, output = run_in_env(paths, f"pulumi preview --config-file {file}")
    assert code != 0
    assert f"{tmp_path}/absent" in output, "it says what is not there"
    assert "nothing can be planned without it" in output, "a plan would make everything anew"
    assert " to create" not in output


def test_the_tracked_settings_are_untouched(paths: Paths) -> None:
    tracked = (CHECKOUT / "Pulumi.sandbox.yaml").read_text()
    for word in ("encryptionsalt:", "secure: v1:"):
        assert word not in tracked, "secrets of one machine, in a file that everybody gets"
