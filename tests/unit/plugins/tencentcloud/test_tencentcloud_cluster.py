"""A cluster's version, level, nodes and endpoint, as they move: with the program, and by themselves."""

from pathlib import Path
from typing import Any

import pytest

from plugins.protocol import provider_pb2
from plugins.tencentcloud.account import account
from plugins.tencentcloud.kind import resource_id_of
from plugins.values import from_wire, plain, to_wire
from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    ENDPOINT,
    POOL,
    Made,
    invoke,
    read,
    refusal,
    update,
)

ADDRESS = "https://192.0.2.7:6443"


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kubeconfig").write_text(f"clusters: [{{cluster: {{server: '{ADDRESS}'}}}}]")
    monkeypatch.setenv("TENCENTCLOUD_STAND_IN_KUBECONFIG", str(tmp_path / "kubeconfig"))


def thing(made: Made, name: str) -> dict[str, Any]:
    with account(made.file) as there:
        return dict(there.get(resource_id_of(name)) or {})


def refreshed(
    made: Made, kind: str, name: str, inputs: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and state of a resource that has this state."""
    answer = read(made.cloud, kind, name, inputs)
    return plain(from_wire(answer.inputs)), plain(from_wire(answer.properties))


def test_a_cluster_is_upgraded_by_one_offered_version_and_never_back(made: Made) -> None:
    old = made.cluster_inputs(clusterVersion="1.30.0", clusterCidr="172.24.0.0/16")
    cluster, state = made.cloud.create(CLUSTER, **old)
    for refused in ("1.34.1", "1.28.3", "1.31.0"):
        message = refusal(update, made.cloud, CLUSTER, cluster, state, {**old, "clusterVersion": refused})
        assert f"version {refused} is unsupported" in message
    versions = "tencentcloud:Kubernetes/getAvailableClusterVersions:getAvailableClusterVersions"
    assert invoke(made.cloud, versions, clusterId=cluster)["versions"] == ["1.32.2"]
    update(made.cloud, CLUSTER, cluster, state, {**old, "clusterVersion": "1.32.2"})
    assert invoke(made.cloud, versions, clusterId=cluster)["versions"] == ["1.34.1"]


@pytest.mark.parametrize(("follow", "version"), [(False, "1.32.2"), (True, "1.34.1")])
def test_nodes_keep_their_version_unless_they_follow_the_cluster(
    made: Made, follow: bool, version: str
) -> None:
    old = made.cluster_inputs(clusterVersion="1.32.2", clusterCidr="172.24.0.0/16")
    cluster, state = made.cloud.create(CLUSTER, **old)
    pool, _ = made.cloud.create(POOL, **made.pool_inputs(clusterId=cluster))
    new = {**old, "clusterVersion": "1.34.1", "upgradeInstancesFollowCluster": follow}
    update(made.cloud, CLUSTER, cluster, state, new)
    assert thing(made, pool)["version"] == version
    later, _ = made.cloud.create(POOL, **made.pool_inputs(clusterId=cluster, name="later"))
    assert thing(made, later)["version"] == "1.34.1", "new nodes have the cluster's"


@pytest.mark.parametrize(("automatic", "level"), [(True, "L20"), (False, "L5")])
def test_a_refresh_sees_the_level_that_the_cloud_has_raised(made: Made, automatic: bool, level: str) -> None:
    inputs = made.cluster_inputs(
        clusterLevel="L5", autoUpgradeClusterLevel=automatic, clusterCidr="172.24.0.0/16"
    )
    cluster, _ = made.cloud.create(CLUSTER, **inputs)
    made.cloud.create(POOL, **made.pool_inputs(clusterId=cluster, desiredCapacity=6))
    seen, state = refreshed(made, CLUSTER, cluster, inputs)
    assert seen["clusterLevel"] == state["clusterLevel"] == level
    diff = made.cloud.diff(CLUSTER, state, inputs)
    assert list(diff.diffs) == (["clusterLevel"] if automatic else []), "the program says L5 at each `up`"


def test_a_level_that_the_program_ignores_is_neither_a_change_nor_sent(made: Made) -> None:
    inputs = made.cluster_inputs(clusterLevel="L5", autoUpgradeClusterLevel=True, clusterCidr="172.24.0.0/16")
    cluster, _ = made.cloud.create(CLUSTER, **inputs)
    made.cloud.create(POOL, **made.pool_inputs(clusterId=cluster, desiredCapacity=6))
    _, state = refreshed(made, CLUSTER, cluster, inputs)
    asked = {
        "urn": made.cloud.urn(CLUSTER),
        "id": cluster,
        "olds": to_wire(state),
        "ignoreChanges": ["clusterLevel"],
    }
    assert not made.cloud.stub.Diff(provider_pb2.DiffRequest(**asked, news=to_wire(inputs))).diffs
    new = {**inputs, "clusterDesc": "new"}
    made.cloud.stub.Update(provider_pb2.UpdateRequest(**asked, news=to_wire(new)))
    assert thing(made, cluster)["clusterLevel"] == "L20"


def test_an_update_of_the_autoscaler_sends_zeros_for_what_is_unset(made: Made) -> None:
    new = made.cluster_inputs(nodePoolGlobalConfigs=[{"isScaleInEnabled": True}])
    update(made.cloud, CLUSTER, made.cluster, made.cluster_inputs(), new)
    (options,) = thing(made, made.cluster)["nodePoolGlobalConfigs"]
    assert (options["isScaleInEnabled"], options["scaleInDelay"]) == (True, 0)


@pytest.mark.usefixtures("kubeconfig")
def test_an_endpoint_is_dead_while_no_node_runs_and_recovers(made: Made) -> None:
    pool, _ = made.cloud.create(POOL, **made.pool_inputs())
    inputs = made.endpoint_inputs()
    made.cloud.create(ENDPOINT, **inputs)
    for nodes, answers in ((1, True), (0, False), (2, True)):
        made.scale(pool, nodes)
        _, state = refreshed(made, ENDPOINT, made.cluster, inputs)
        assert (ADDRESS in state["kubeConfig"]) == answers


@pytest.mark.usefixtures("kubeconfig")
def test_a_kubeconfig_may_name_the_default_domain_of_an_open_endpoint(made: Made) -> None:
    """The address stands in another output then (cloud-barista/cb-spider#843)."""
    made.cloud.create(POOL, **made.pool_inputs())
    with account(made.file) as there:
        there.switch(defaultDomain=True)
    _, outputs = made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    assert f"https://{made.cluster}.ccs.tencent-cloud.com" in plain(outputs)["kubeConfig"]
    assert outputs["clusterExternalEndpoint"] == ADDRESS.removeprefix("https://")


@pytest.mark.usefixtures("kubeconfig")
def test_the_clusters_own_kubeconfig_is_there_after_a_refresh_of_an_open_endpoint(made: Made) -> None:
    made.cloud.create(POOL, **made.pool_inputs())
    made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    inputs = made.cluster_inputs()
    seen, state = refreshed(made, CLUSTER, made.cluster, inputs)
    assert ADDRESS in state["kubeConfig"]
    assert state["clusterInternet"], "the cluster's own input says that it is open"
    assert seen == inputs, "which the program does not set"
    assert not made.cloud.diff(CLUSTER, state, inputs).diffs, "and closing it is not planned"


def test_a_type_that_is_sold_out_gives_no_node(made: Made) -> None:
    right = made.pool_inputs()["autoScalingConfig"]
    scaled = made.pool_inputs(autoScalingConfig={**right, "instanceType": "S4.MEDIUM8"})
    pool, _ = made.cloud.create(POOL, **scaled)
    assert made.nodes(pool) == 0
    waited = {**scaled, "waitNodeReady": True, "enableAutoScale": False}
    assert "sold out" in refusal(made.cloud.create, POOL, **waited)
    other = {**scaled["autoScalingConfig"], "backupInstanceTypes": ["S5.MEDIUM8"]}
    pool, _ = made.cloud.create(POOL, **{**waited, "autoScalingConfig": other})
    assert made.nodes(pool) == 1, "a type in reserve is in stock"
