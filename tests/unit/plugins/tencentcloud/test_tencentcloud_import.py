"""What a lost state gets back of what is in the account by `pulumi import`: what the provider's Read sets."""

from typing import Any

import pytest

from plugins.protocol import provider_pb2
from plugins.values import from_wire, plain, to_wire
from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    ENDPOINT,
    GROUP,
    POOL,
    RULES,
    SUBNET,
    VPC,
    Made,
    read,
    refusal,
)

RULE = {"action": "ACCEPT", "cidrBlock": "10.0.0.0/8", "protocol": "TCP", "port": "443"}


def imported(made: Made, kind: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and state."""
    answer = made.cloud.stub.Read(provider_pb2.ReadRequest(urn=made.cloud.urn(kind), id=name))
    assert answer.id == name
    return plain(from_wire(answer.inputs)), plain(from_wire(answer.properties))


def without_defaults(value: Any) -> Any:
    """The inputs without the bridge's own key, which says what the program left out."""
    if isinstance(value, list):
        return [without_defaults(one) for one in value]
    if isinstance(value, dict):
        return {key: without_defaults(inner) for key, inner in value.items() if key != "__defaults"}
    return value


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (VPC, "vpc", {"name": "v", "cidrBlock": "10.0.0.0/16"}),
        (SUBNET, "subnet", {"name": "s", "cidrBlock": "10.0.0.0/20", "availabilityZone": "ap-hongkong-2"}),
        (GROUP, "group", {"name": "g"}),
        (
            CLUSTER,
            "cluster",
            {
                "clusterName": "c",
                "clusterCidr": "172.20.0.0/16",
                "clusterLevel": "L5",
                "clusterVersion": "1.34.1",
            },
        ),
    ],
    ids=["VPC", "subnet", "group", "cluster"],
)
def test_an_import_has_the_inputs_that_made_it(
    made: Made, kind: str, name: str, expected: dict[str, Any]
) -> None:
    inputs, state = imported(made, kind, getattr(made, name))
    joined = {"vpcId": made.vpc} if kind in (SUBNET, CLUSTER) else {}
    assert without_defaults(inputs) == {**expected, **joined}, "what is as by default is left out"
    assert not made.cloud.diff(kind, state, without_defaults(inputs)).diffs, "a program of it changes nothing"


def test_rules_are_imported_by_their_groups_id(made: Made) -> None:
    rules = {"securityGroupId": made.group, "ingresses": [RULE]}
    made.cloud.create(RULES, **rules)
    inputs, _ = imported(made, RULES, made.group)
    assert without_defaults(inputs) == rules


def test_an_imported_pool_has_no_password_so_the_next_up_makes_another_pool(made: Made) -> None:
    """It is nowhere to be read, and a change of it replaces: new nodes come first if the program says so."""
    given = made.pool_inputs()
    pool, _ = made.cloud.create(POOL, **given)
    inputs, state = imported(made, POOL, pool)
    assert inputs["desiredCapacity"] == 1
    assert inputs["autoScalingConfig"]["instanceType"] == "S5.MEDIUM8"
    assert "password" not in inputs["autoScalingConfig"]
    diff = made.cloud.diff(POOL, state, given)
    assert list(diff.replaces) == ["autoScalingConfig"]
    assert "deleteKeepInstance" in diff.diffs, "and its machines would stay: an import knows nothing of that"


def test_an_imported_pool_stays_where_the_program_ignores_its_password(made: Made) -> None:
    given = made.pool_inputs()
    pool, _ = made.cloud.create(POOL, **given)
    _, state = imported(made, POOL, pool)
    diff = made.cloud.stub.Diff(
        provider_pb2.DiffRequest(
            urn=made.cloud.urn(POOL),
            id=pool,
            olds=to_wire(state),
            news=to_wire(given),
            ignoreChanges=["autoScalingConfig.password"],
        )
    )
    assert not diff.replaces
    assert list(diff.diffs) == ["deleteKeepInstance"]


def test_an_imported_cluster_becomes_the_programs_without_being_made_anew(made: Made) -> None:
    program = made.cluster_inputs(
        acquireClusterAdminRole=True,
        instanceDeleteMode="terminate",
        resourceDeleteOptions=[{"resourceType": "CBS", "deleteMode": "terminate"}],
    )
    _, state = imported(made, CLUSTER, made.cluster)
    diff = made.cloud.diff(CLUSTER, state, program)
    assert not diff.replaces
    assert sorted(diff.diffs) == ["acquireClusterAdminRole", "instanceDeleteMode", "resourceDeleteOptions"]


def test_an_imported_endpoint_knows_its_cluster_only_and_is_made_anew(made: Made) -> None:
    """It has no importer: neither that it is open nor its load balancer's options are read."""
    made.cloud.create(POOL, **made.pool_inputs())
    program = made.endpoint_inputs(extensiveParameters="{}")
    made.cloud.create(ENDPOINT, **program)
    inputs, state = imported(made, ENDPOINT, made.cluster)
    assert without_defaults(inputs) == {"clusterId": made.cluster}
    assert list(made.cloud.diff(ENDPOINT, state, program).replaces) == ["extensiveParameters"]


def test_what_is_not_there_is_not_imported(made: Made) -> None:
    answer = made.cloud.stub.Read(provider_pb2.ReadRequest(urn=made.cloud.urn(VPC), id="vpc-none"))
    assert answer.id == ""
    assert "not found" in refusal(read, made.cloud, ENDPOINT, "cls-none", {})
