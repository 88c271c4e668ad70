"""The build step where builds share a buildkitd: it only calls."""

from tests.support.steps import Step
from tests.unit.pipelines.tasks.build_image.buildkit import DIGEST, IMAGE, Played


def test_the_shared_daemon_is_called_with_the_clients_certificate(calling: Step, buildkit: Played) -> None:
    done = calling.run(**IMAGE)
    assert done.code == 0, done.err
    assert done.results["IMAGE_DIGEST"] == DIGEST
    assert buildkit["arguments"].splitlines()[:4] == [
        "--addr=tcp://buildkitd.builds-buildkitd:1234",
        "--tlsdir=/buildkitd-certificates",
        "--timeout=30",
        "build",
    ]
    assert buildkit["flags"] == "none\n", "no daemon was started"


def test_a_node_that_forbids_namespaces_is_no_hindrance(calling: Step, buildkit: Played) -> None:
    buildkit.node_forbids("write to uid_map failed")
    assert calling.run(**IMAGE).code == 0


def test_the_step_is_restricted_and_has_the_certificate_and_no_layers(calling: Step) -> None:
    (step,) = calling.task["steps"]
    assert step["securityContext"]["allowPrivilegeEscalation"] is False
    assert step["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert step["volumeMounts"] == [
        {"name": "certificates", "mountPath": "/buildkitd-certificates", "readOnly": True}
    ]
    assert calling.task["volumes"] == [{"name": "certificates", "secret": {"secretName": "client"}}]
