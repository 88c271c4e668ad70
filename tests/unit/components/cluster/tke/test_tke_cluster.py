"""The TKE cluster: what is asked of the cloud, in which order, and what is never asked."""

import copy
import json

import pytest

from components.cluster.tke.account import TkeError
from components.cluster.tke.kubeconfig import validate_kubeconfig
from plugins.tencentcloud.schema import schema
from tests.unit.components.cluster.tke.tke_program import Given, deploy, kubeconfig, one

CLUSTER = "tencentcloud:Kubernetes/cluster:Cluster"


def test_the_control_plane_comes_without_workers_and_without_an_endpoint(
    asked: list[str], given: Given
) -> None:
    inputs = one(deploy(given), "Cluster").plain()
    assert inputs["clusterDeployType"] == "MANAGED_CLUSTER"
    assert inputs["clusterVersion"] == "1.34.1"
    assert inputs["containerRuntime"] == "containerd", "the provider's default depends on the version"
    assert not [key for key in inputs if key.startswith(("clusterInternet", "workerConfig"))], (
        "they and a ClusterEndpoint or a pool would undo each other, at every `up`"
    )
    deleted = {option["resourceType"]: option["deleteMode"] for option in inputs["resourceDeleteOptions"]}
    assert deleted == {"CBS": "terminate", "CLB": "terminate"}, "what outlives the cluster is billed on"


def test_the_endpoint_opens_when_a_node_runs_and_for_the_settings_addresses_alone(
    asked: list[str], given: Given
) -> None:
    recording = deploy(given)
    endpoint = one(recording, "ClusterEndpoint")
    for pool in recording.all("NodePool"):
        assert pool.urn in endpoint.dependencies, "the cloud refuses an endpoint to a cluster without nodes"
    inputs = endpoint.plain()
    assert inputs["clusterInternet"] is True
    access = json.loads(inputs["extensiveParameters"])["InternetAccessible"]
    assert access["InternetChargeType"] == "TRAFFIC_POSTPAID_BY_HOUR"
    rules = one(recording, "GroupRuleSet", "api-rules")
    assert rules.urn in recording.before(endpoint), (
        "for a moment it would be open to whoever the default lets in"
    )
    assert [(rule["cidrBlock"], rule["protocol"], rule["port"]) for rule in rules.plain()["ingresses"]] == [
        ("100.64.7.0/24", "TCP", "443")
    ]


def test_the_nodes_that_there_always_are_are_waited_for_and_the_others_scale(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["nodes"] = {"minNodes": 2, "maxNodes": 5}
    recording = deploy(given)
    base, more = (one(recording, "NodePool", suffix).plain() for suffix in ("base", "more"))
    assert (base["desiredCapacity"], base["enableAutoScale"], base["waitNodeReady"]) == (2, False, True)
    assert (more["minSize"], more["maxSize"], more["enableAutoScale"]) == (0, 3, True)
    assert "waitNodeReady" not in more, "the provider takes it only where nothing scales"
    assert "desiredCapacity" not in more, "the cloud changes it: a second `up` would change it back"
    for pool in (base, more):
        assert len(pool["name"]) <= 25, "the cloud refuses a longer name"
        assert pool["deleteKeepInstance"] is False, "machines would be billed after their pool is gone"
        shape = pool["autoScalingConfig"]
        assert (shape["instanceType"], shape["internetMaxBandwidthOut"]) == ("S5.MEDIUM8", 100)
        assert shape["internetChargeType"] == "TRAFFIC_POSTPAID_BY_HOUR"
        assert "securityGroupIds" not in shape, "the provider refuses it; orderlySecurityGroupIds is meant"
        assert ("password" in shape) != ("keyIds" in shape), "both and neither are refused"


def test_as_many_nodes_at_most_as_at_least_are_one_pool(asked: list[str], given: Given) -> None:
    given["cluster"]["nodes"] = {"minNodes": 2, "maxNodes": 2}
    assert len(deploy(given).all("NodePool")) == 1


def test_the_number_of_nodes_changes_without_the_bounds_of_their_pool(asked: list[str], given: Given) -> None:
    bounds = []
    for least in (1, 3):
        given["cluster"]["nodes"] = {"minNodes": least, "maxNodes": 3}
        inputs = one(deploy(given), "NodePool", "base").plain()
        bounds.append((inputs["minSize"], inputs["maxSize"]))
    assert bounds[0] == bounds[1], "the provider refuses to change bounds and number in one update"


def test_the_autoscaler_takes_away_what_it_has_added(asked: list[str], given: Given) -> None:
    (scaling,) = one(deploy(given), "Cluster").plain()["nodePoolGlobalConfigs"]
    blocks = {path.partition(".")[2] for path in schema(CLUSTER) if path.startswith("nodePoolGlobalConfigs.")}
    assert scaling.keys() == blocks, "an update sends zeros for what is not set"
    assert scaling["isScaleInEnabled"] is True, "nodes would be billed for ever"
    assert scaling["skipNodesWithLocalStorage"] is False, "builds have volumes of the node"


@pytest.mark.parametrize("raises", [True, False])
def test_a_level_that_the_cloud_has_raised_stays(asked: list[str], given: Given, raises: bool) -> None:
    given["cluster"]["autoUpgradeLevel"] = raises
    cluster = one(deploy(given), "Cluster")
    assert ("clusterLevel" in cluster.ignored) is raises
    assert cluster.plain()["autoUpgradeClusterLevel"] is raises


def test_a_smallest_range_has_room_for_all_nodes(asked: list[str], given: Given) -> None:
    given["cluster"] |= {"podCidr": "172.20.0.0/22", "nodes": {"maxNodes": 3}}
    assert one(deploy(given), "Cluster").plain()["clusterCidr"] == "172.20.0.0/22"


def test_a_longest_name_leaves_room_for_the_pools(asked: list[str], given: Given) -> None:
    given["cluster"]["name"] = "a" * 20
    assert max(len(pool.plain()["name"]) for pool in deploy(given).all("NodePool")) == 25


def test_kubeconfig_password_and_key_are_secret(asked: list[str], given: Given) -> None:
    recording = deploy(given)
    assert recording.exports["kubeconfig"].secret, "it is the administrator's, for twenty years"
    everything = json.dumps([each.inputs for each in recording.resources], default=str)
    provider = one(recording, "tencentcloud")
    assert "AKIDexample" not in json.dumps({**provider.inputs, "secretId": ""}), "only the provider has it"
    for key in ("secretId", "secretKey"):
        assert isinstance(provider.inputs[key], dict), f"{key} would stand in the state in the clear"
    shapes = [pool.inputs["autoScalingConfig"] for pool in recording.all("NodePool")]
    assert all("4dabf181" in json.dumps(shape) for shape in shapes), "the nodes' password is no secret"
    assert "example-key" in everything, "this test looks where the key is"


def test_what_goes_into_the_cluster_goes_before_it_does(asked: list[str], given: Given) -> None:
    recording = deploy(given)
    (provider,) = [each for each in recording.resources if each.type == "pulumi:providers:kubernetes"]
    before = recording.before(provider)
    for kind in ("ClusterEndpoint", "NodePool", "Cluster"):
        assert all(each.urn in before for each in recording.all(f"{kind}")), f"{kind} would go first"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (kubeconfig("http://203.0.113.9"), "must be an https:// URL"),
        (kubeconfig("https://cls-1a2b3c4d.ccs.tencent-cloud.com"), "only its own VPC can resolve"),
        ("", "gave no kubeconfig"),
        ("password: hunter2", "gave no kubeconfig"),
        ("\tno yaml", "gave no kubeconfig"),
    ],
)
def test_a_kubeconfig_that_leads_nowhere_is_one_sentence_and_never_shown(text: str, words: str) -> None:
    with pytest.raises(TkeError, match=words) as caught:
        validate_kubeconfig(text)
    assert "hunter2" not in str(caught.value)


def test_only_an_up_asks_whether_the_api_server_is_ready(asked: list[str], given: Given) -> None:
    deploy(given, preview=True)
    assert asked == [], "a preview asks nobody"
    deploy(given)
    assert set(asked) == {"https://203.0.113.9:443"}


MISTAKES: dict[str, tuple[Given, str]] = {
    "an odd minor version": ({"version": "1.33.1"}, "must have an even minor version"),
    "pods on the VPC's addresses": ({"podCidr": "10.0.0.0/16"}, "must have its podCidr 10.0.0.0/16 apart"),
    "public addresses for pods": (
        {"podCidr": "8.8.0.0/16"},
        "cluster.podCidr is '8.8.0.0/16', but must lie in",
    ),
    "a range for no node": ({"podCidr": "172.20.0.0/24"}, "larger podCidr than 172.20.0.0/24 for 3 nodes"),
    "a range for one node less": (
        {"podCidr": "172.20.0.0/22", "nodes": {"maxNodes": 4}},
        "Services and each node take 256 addresses of it",
    ),
    "a zone elsewhere": ({"zone": "ap-tokyo-1"}, "must have its zone ap-tokyo-1 in its region ap-hongkong"),
    "a subnet outside": ({"network": {"subnetCidr": "10.9.0.0/20"}}, "inside its vpcCidr 10.0.0.0/16"),
    "half a network": (
        {"network": {"kind": "named", "vpcId": "vpc-1a"}},
        "but must name both vpcId and subnetId when its kind is named",
    ),
    "a network of two kinds": ({"network": {"vpcId": "vpc-1a"}}, "must have kind named when it has vpcId"),
    "more at least than at most": (
        {"nodes": {"minNodes": 4}},
        "must have its minNodes 4 no larger than its maxNodes 3",
    ),
    "no node": ({"nodes": {"minNodes": 0}}, "cluster.nodes.minNodes is 0, but must be at least 1"),
    "many nodes": ({"nodes": {"maxNodes": 1000}}, "cluster.nodes.maxNodes is 1000, but must be at most 100"),
    "words for a number": ({"nodes": {"maxNodes": "3"}}, "must be a whole number: most nodes"),
    "a long name": ({"name": "a" * 21}, "must be 1 to 20 lower-case letters"),
}


@pytest.mark.parametrize(("change", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_sentence(given: Given, change: Given, words: str) -> None:
    wrong = copy.deepcopy(given)
    wrong["cluster"].update(change)
    with pytest.raises(Exception, match="the stack's settings have mistakes") as caught:
        deploy(wrong)
    (sentence,) = str(caught.value).splitlines()[1:]
    assert words in sentence, "what is wrong, and what is allowed"
    assert sentence.startswith("cluster"), "and where"
