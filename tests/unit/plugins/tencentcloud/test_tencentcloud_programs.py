"""The model refuses wrong programs with the cloud's codes or the provider's words, and takes right ones."""

import grpc
import pytest

from plugins.tencentcloud.errors import codes
from tests.unit.plugins.tencentcloud.account_made import Made
from tests.unit.plugins.tencentcloud.programs import (
    RULE,
    Program,
    after,
    change_cluster,
    change_endpoint,
    change_pool,
    change_shape,
    cluster,
    endpoint,
    endpoint_inside,
    look_up,
    pool,
    rules,
    shape,
    subnet,
    vpc,
    with_node,
)
from tests.unit.plugins.tencentcloud.wrong_programs import WRONG

CLUSTER_GO = "resource_tc_kubernetes_cluster_extension.go"
POOL_GO = "resource_tc_kubernetes_node_pool_extension.go"
SCALING = {"isScaleInEnabled": True, "expander": "random", "scaleInDelay": 10}


def said(program: Program, made: Made) -> str:
    with pytest.raises(grpc.RpcError) as refused:
        program(made)
    return str(refused.value.details())


ROWS = [
    (*refused, what, program) for refused, programs in WRONG.items() for what, program in programs.items()
]


@pytest.mark.parametrize(
    ("action", "code", "line", "program"),
    [(action, code, line, program) for action, code, line, _, program in ROWS],
    ids=[what for *_, what, _ in ROWS],
)
def test_a_wrong_program_is_refused_with_the_clouds_own_code(
    made: Made, action: str, code: str, line: int, program: Program
) -> None:
    assert f"Code={code}, Message=" in said(program, made)
    assert codes(action)[code] == line, "where the SDK lists it"


def test_the_wrong_programs_are_forty_at_least() -> None:
    assert len({what for *_, what, _ in ROWS}) >= 40


@pytest.mark.parametrize(
    ("program", "words", "source"),
    [
        (cluster(clusterInternet=True), "if `cluster_internet` is true", f"{CLUSTER_GO}:67"),
        (cluster(clusterIntranet=True), "must set when `cluster_intranet`", f"{CLUSTER_GO}:59"),
        (cluster(networkType="VPC-CNI"), "`eni_subnet_ids` must be set", f"{CLUSTER_GO}:120"),
        (cluster(clusterCidr=""), "`cluster_cidr` must be set", f"{CLUSTER_GO}:125"),
        (
            change_cluster(cdcId="cluster-1"),
            "argument `cdc_id` cannot be changed",
            "resource_tc_kubernetes_cluster.go:1998",
        ),
        (change_cluster(clusterVersion="1.32.2"), "version 1.32.2 is unsupported", f"{CLUSTER_GO}:1070"),
        (pool(minSize=3, maxSize=2), "`min_size <= desired_capacity <= max_size`", f"{POOL_GO}:905"),
        (pool(desiredCapacity=101), "`min_size <= desired_capacity <= max_size`", f"{POOL_GO}:914"),
        (
            pool(waitNodeReady=True, enableAutoScale=True),
            "`wait_node_ready` only can be set",
            f"{POOL_GO}:1451",
        ),
        (pool(scaleTolerance=50), "`scale_tolerance` only can be set", f"{POOL_GO}:1456"),
        (shape(password=""), "should be set one", f"{POOL_GO}:1042"),
        (shape(keyIds=["skey-1"]), "can only be supported one", f"{POOL_GO}:1047"),
        (shape(securityGroupIds=["sg-1"]), "use `orderly_security_group_ids`", f"{POOL_GO}:1053"),
        (endpoint(), "waiting for workers created", "service_tencentcloud_tke.go:858"),
        (
            rules(ingresses=[{**RULE, "ipv6CidrBlock": "::/0"}]),
            "conflict at rule.0",
            "resource_tc_security_group_rule_set.go:379",
        ),
    ],
)
def test_a_wrong_program_is_refused_with_the_providers_own_words(
    made: Made, program: Program, words: str, source: str
) -> None:
    assert words in said(program, made), source


RIGHT: dict[str, Program] = {
    "a VPC of /28": vpc(cidrBlock="192.168.9.0/28"),
    "a VPC on another one's addresses": vpc(cidrBlock="10.0.0.0/16"),
    "a subnet beside another one": subnet(),
    "rules for both directions": rules(ingresses=[RULE], egresses=[RULE]),
    "a cluster beside another one's addresses": cluster(),
    "a cluster with room for one node": cluster(clusterCidr="172.24.0.0/23"),
    "a cluster of an older version": cluster(clusterVersion="1.30.0"),
    "a cluster of the largest level": cluster(clusterLevel="L5000"),
    "a cluster on a range that it is told to share": cluster(
        clusterCidr="172.20.0.0/16", ignoreClusterCidrConflict=True
    ),
    "a cluster with scale-in and an administrator": cluster(
        nodePoolGlobalConfigs=[SCALING], acquireClusterAdminRole=True
    ),
    "a larger level for a cluster that is there": change_cluster(clusterLevel="L20", clusterDesc="d"),
    "other tags of a cluster": change_cluster(tags={"team": "builds"}),
    "a pool of no node yet": pool(),
    "a pool in the region's newest image, waited for": pool(
        nodeOs="tlinux4_x86_64_public", waitNodeReady=True, enableAutoScale=False, desiredCapacity=2
    ),
    "spots with their price and types in reserve": shape(
        instanceChargeType="SPOTPAID",
        spotInstanceType="one-time",
        spotMaxPrice="0.5",
        backupInstanceTypes=["SA2.MEDIUM8", "S5.LARGE16"],
    ),
    "a pool with an image of the account's own": pool(nodeOs="img-1a2b3c4d"),
    "labels and taints of a pool that is there": change_pool(
        labels={"a": "b"}, taints=[{"key": "k", "value": "v", "effect": "NoSchedule"}]
    ),
    "larger disks for nodes that come": change_shape(systemDiskSize=100),
    "a public endpoint": with_node(endpoint()),
    "a private endpoint": with_node(endpoint_inside()),
    "a domain for the endpoint": with_node(
        after(endpoint(), change_endpoint(clusterInternetDomain="k8s.example"))
    ),
    "types of one family in one zone": look_up(
        "Instance/getTypes",
        filters=[
            {"name": "zone", "values": ["ap-hongkong-2"]},
            {"name": "instance-family", "values": ["S5"]},
        ],
    ),
}


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_a_right_program_is_taken(made: Made, program: Program) -> None:
    program(made)


def test_the_right_programs_are_twenty_at_least() -> None:
    assert len(RIGHT) >= 20
