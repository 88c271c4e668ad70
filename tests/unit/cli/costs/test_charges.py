"""What is billed of a stack: the charges of the program's own resources, and of those that settings add."""

from pathlib import Path
from typing import Any

import pytest

from cli.costs import tencentcloud
from cli.costs.charge import UNITS
from cli.costs.plan import UNKNOWN
from plugins.tencentcloud.schema import tokens
from tests.support import program
from tests.unit.cli.costs.planned import cluster, of_one, planned, states, urn

POOL = "tencentcloud:Kubernetes/nodePool:NodePool"
SHAPE = {"instanceType": "S5.MEDIUM8", "systemDiskType": "CLOUD_SSD", "systemDiskSize": 100}
SCALES = {"enableAutoScale": True, "minSize": 2, "maxSize": 6}
TRAFFIC, BANDWIDTH = "TRAFFIC_POSTPAID_BY_HOUR", "BANDWIDTH_POSTPAID_BY_HOUR"


def test_a_cluster_is_billed_for_its_level_its_nodes_their_disks_and_what_leads_to_the_api_server() -> None:
    stack = planned(states(cluster(nodes={"minNodes": 2, "maxNodes": 6, "diskGib": 60})))
    assert stack.region == "ap-hongkong"
    found = {(charge.item, charge.owner, charge.unit): charge.quantity for charge in stack.charges.values()}
    assert found == {
        ("control plane L5", "cluster tekton-builds", "hour"): (1, 1),
        ("node S5.MEDIUM8", "nodes", "hour"): (2, 6),
        ("system disk CLOUD_PREMIUM", "nodes", "GiB-hour"): (120, 360),
        ("node traffic", "nodes", "GB"): "by traffic",
        ("load balancer", "API server", "hour"): (1, 1),
        ("load balancer traffic", "API server", "GB"): "by traffic",
    }, "two pools are the nodes of one cluster: as many as there always are, to as many as there may be"


def test_nothing_that_the_program_makes_is_unknown() -> None:
    assert not planned(states(cluster())).unknown


@pytest.mark.parametrize("token", tokens())
def test_of_every_type_that_the_program_may_make_it_is_known_whether_it_is_billed(token: str) -> None:
    assert (token in tencentcloud.RULES) != (token in tencentcloud.WITHOUT_CHARGE), token


def test_a_type_that_nobody_has_judged_is_named_and_not_left_out_in_silence() -> None:
    stack = planned({urn("tencentcloud:Redis/instance:Instance", "cache"): {}})
    assert stack.unknown == {"tencentcloud:Redis/instance:Instance"}


@pytest.mark.parametrize(
    ("shape", "charge"),
    [
        ({}, ("node S5.MEDIUM8", "hour")),
        ({"instanceChargeType": "SPOTPAID"}, ("node S5.MEDIUM8, spot", "hour")),
        ({"instanceChargeType": "PREPAID"}, ("node S5.MEDIUM8, prepaid", "month")),
        ({"backupInstanceTypes": ["SA2.MEDIUM8"]}, ("node S5.MEDIUM8 or SA2.MEDIUM8", "hour")),
    ],
)
def test_nodes_are_told_by_their_type_and_by_how_they_are_paid(
    shape: dict[str, Any], charge: tuple[str, str]
) -> None:
    found = of_one(POOL, {**SCALES, "autoScalingConfig": {**SHAPE, **shape}})
    assert found[charge] == (2, 6)


def test_every_disk_of_a_node_is_billed_by_its_size() -> None:
    disks = [{"diskType": "CLOUD_BSSD", "diskSize": 20}, {"diskType": "CLOUD_BSSD", "diskSize": 30}]
    found = of_one(POOL, {**SCALES, "autoScalingConfig": {**SHAPE, "dataDisks": disks}})
    assert found["system disk CLOUD_SSD", "GiB-hour"] == (200, 600)
    assert found["data disk CLOUD_BSSD", "GiB-hour"] == (100, 300), "two of one type count together"


@pytest.mark.parametrize(
    ("network", "charge", "quantity"),
    [
        ({"internetChargeType": TRAFFIC}, ("node traffic", "GB"), "by traffic"),
        ({"internetChargeType": BANDWIDTH}, ("node bandwidth", "Mbps-hour"), (20, 60)),
        ({"internetChargeType": "BANDWIDTH_PACKAGE"}, ("node traffic", "GB"), "in its bandwidth package"),
        ({}, ("node traffic", "GB"), "as its cloud bills it"),
    ],
)
def test_the_network_of_nodes_is_billed_as_their_inputs_say(
    network: dict[str, Any], charge: tuple[str, str], quantity: Any
) -> None:
    public = {"publicIpAssigned": True, "internetMaxBandwidthOut": 10, **network}
    found = of_one(POOL, {**SCALES, "autoScalingConfig": {**SHAPE, **public}})
    assert found[charge] == quantity


def test_nodes_without_an_address_have_no_traffic_of_their_own() -> None:
    found = of_one(POOL, {**SCALES, "autoScalingConfig": {**SHAPE, "internetChargeType": TRAFFIC}})
    assert not [what for what, _ in found if "traffic" in what]


@pytest.mark.parametrize(
    ("kind", "inputs", "charges"),
    [
        ("Cls/topic:Topic", {}, {("logs in CLS", "GB")}),
        (
            "Eip/instance:Instance",
            {"internetChargeType": TRAFFIC},
            {("address", "hour"), ("address traffic", "GB")},
        ),
        ("Nat/gateway:Gateway", {}, {("NAT gateway, 1000000 connections", "hour")}),
        (
            "Nat/gateway:Gateway",
            {"natProductVersion": 2},
            {("NAT gateway, standard", "hour"), ("capacity unit of a NAT gateway", "hour")},
        ),
        (
            "Tcr/instance:Instance",
            {"instanceType": "basic", "registryChargeType": 1},
            {("registry basic", "hour"), ("images in COS", "GiB-month")},
        ),
        (
            "Tcr/instance:Instance",
            {"instanceType": "basic", "registryChargeType": 2},
            {("registry basic", "month"), ("images in COS", "GiB-month")},
        ),
        ("Kubernetes/serverlessNodePool:ServerlessNodePool", {}, {("pods on super nodes", "hour")}),
        (
            "Kubernetes/clusterEndpoint:ClusterEndpoint",
            {"clusterIntranet": True},
            {("private load balancer", "hour")},
        ),
        (
            "Kubernetes/cluster:Cluster",
            {"clusterLevel": "L20", "clusterAudit": {"enabled": True}},
            {("control plane L20", "hour"), ("logs in CLS", "GB")},
        ),
        ("Kubernetes/cluster:Cluster", {"clusterDeployType": "INDEPENDENT_CLUSTER"}, set()),
    ],
)
def test_what_other_settings_add_is_billed(
    kind: str, inputs: dict[str, Any], charges: set[tuple[str, str]]
) -> None:
    found = of_one(f"tencentcloud:{kind}", inputs)
    assert set(found) == charges
    assert {unit for _, unit in found} <= set(UNITS), "a price of another unit could not be written down"


def service(**annotations: str) -> dict[str, Any]:
    prefix = "service.kubernetes.io/"
    named = {f"{prefix}{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"metadata": {"name": "web", "annotations": named}, "spec": {"type": "LoadBalancer"}}


@pytest.mark.parametrize(
    ("annotations", "charges"),
    [
        (
            {"qcloud_loadbalancer_internet_charge_type": TRAFFIC},
            {"load balancer": (1, 1), "load balancer traffic": "by traffic"},
        ),
        (
            {
                "qcloud_loadbalancer_internet_charge_type": BANDWIDTH,
                "qcloud_loadbalancer_internet_max_bandwidth_out": "10",
            },
            {"load balancer": (1, 1), "load balancer bandwidth": (10, 10)},
        ),
        ({"qcloud_loadbalancer_internal_subnetid": "subnet-1"}, {"private load balancer": (1, 1)}),
        ({"tke_existed_lbid": "lb-1"}, {}),
        ({}, {"load balancer": (1, 1), "load balancer traffic": "as its cloud bills it"}),
    ],
)
def test_a_load_balancer_is_billed_as_the_annotations_of_its_service_say(
    annotations: dict[str, str], charges: dict[str, Any]
) -> None:
    found = of_one("kubernetes:core/v1:Service", service(**annotations))
    assert {what: quantity for (what, _), quantity in found.items()} == charges


def test_a_service_inside_the_cluster_is_not_billed() -> None:
    inputs = {"metadata": {"name": "web"}, "spec": {"type": "ClusterIP"}}
    assert not of_one("kubernetes:core/v1:Service", inputs)


@pytest.mark.parametrize(
    ("kind", "spec", "quantity"),
    [
        ("core/v1:PersistentVolumeClaim", {"resources": {"requests": {"storage": "20Gi"}}}, (20, 20)),
        ("core/v1:PersistentVolumeClaim", {"resources": {"requests": {"storage": "1T"}}}, "1T"),
        (
            "apps/v1:StatefulSet",
            {
                "replicas": 2,
                "volumeClaimTemplates": [{"spec": {"resources": {"requests": {"storage": "10Gi"}}}}],
            },
            (20, 20),
        ),
    ],
)
def test_volumes_that_stay_are_billed_by_their_size(kind: str, spec: dict[str, Any], quantity: Any) -> None:
    found = of_one(f"kubernetes:{kind}", {"metadata": {"name": "data"}, "spec": spec})
    assert found == {("volume of the default class", "GiB-hour"): quantity}


def test_in_a_cluster_of_somebody_elses_the_webhooks_load_balancer_and_the_volumes_of_builds_are_billed(
    tmp_path: Path,
) -> None:
    stack = planned(states(program.whole(tmp_path)))
    assert stack.region == "", "nothing of it is in Tencent Cloud"
    found = {(charge.item, charge.owner): charge.quantity for charge in stack.charges.values()}
    assert found["load balancer", "Service traefik"] == (1, 1)
    assert found["volume of the default class", "builds"] == "10 a run, while it runs"


@pytest.mark.parametrize("topic", [UNKNOWN, "topic-1"])
def test_events_that_go_to_a_topic_are_billed_with_the_topic(topic: str) -> None:
    cluster = {"clusterLevel": "L5", "eventPersistence": {"enabled": True, "topicId": topic}}
    assert set(of_one(tencentcloud.CLUSTER, cluster)) == {("control plane L5", "hour")}


def test_a_value_that_only_up_will_know_is_not_shown_as_the_cli_writes_it() -> None:
    shape = {**SHAPE, "instanceType": UNKNOWN, "publicIpAssigned": True, "internetMaxBandwidthOut": UNKNOWN}
    found = of_one(POOL, {**SCALES, "autoScalingConfig": shape})
    assert ("node of a type that only `up` knows", "hour") in found
    assert not [what for what, _ in found if UNKNOWN in what]


def test_an_endpoint_whose_parameters_are_not_known_yet_is_billed_all_the_same() -> None:
    inputs = {"clusterInternet": True, "extensiveParameters": UNKNOWN}
    found = of_one("tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint", inputs)
    assert found["load balancer", "hour"] == (1, 1)


@pytest.mark.parametrize("kind", ["core/v1:Service", "core/v1:PersistentVolumeClaim", "apps/v1:StatefulSet"])
def test_an_object_that_is_not_known_yet_is_no_error(kind: str) -> None:
    of_one(f"kubernetes:{kind}", {"metadata": UNKNOWN, "spec": UNKNOWN})


def test_the_volumes_of_builds_are_billed_before_their_size_is_known() -> None:
    found = of_one("kubernetes:triggers.tekton.dev/v1beta1:TriggerTemplate", {"spec": UNKNOWN})
    assert found == {("volume of the default class", "GiB-hour"): "runs.volumeGib a run, while it runs"}
