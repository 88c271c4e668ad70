"""The TKE cluster: what is asked of the cloud, in which order, and what is never asked."""

import base64
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_random
import pytest
import yaml

from components.cluster import connect
from components.secrets import Secrets
from components.settings import Settings
from components.tke_account import TkeError
from components.tke_kubeconfig import checked
from tests.program import config
from tests.recorded import OUTPUTS, Recording, record

Given = dict[str, Any]
ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"
POOL = "tencentcloud:Kubernetes/nodePool:NodePool"
KEY = {"TENCENTCLOUD_SECRET_ID": "AKIDexample", "TENCENTCLOUD_SECRET_KEY": "example-key"}


def kubeconfig(server: str = "https://203.0.113.9:443") -> str:
    authority = base64.b64encode(b"-----BEGIN CERTIFICATE-----\n").decode()
    return yaml.safe_dump(
        {"clusters": [{"name": "c", "cluster": {"server": server, "certificate-authority-data": authority}}]}
    )


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return {**config(tmp_path / "kubeconfig"), "cluster": {"kind": "tke", "apiCidrs": ["100.64.7.0/24"]}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Credentials are there; the API servers that were asked whether they are ready."""
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)
    servers: list[str] = []
    monkeypatch.setattr("components.tke_kubeconfig._ask", lambda server, _: servers.append(server))
    monkeypatch.setitem(OUTPUTS, ENDPOINT, {"kubeConfig": kubeconfig()})
    return servers


def deploy(given: Given, *, preview: bool = False, answers: dict[str, Any] | None = None) -> Recording:
    def body() -> None:
        random = pulumi_random.Provider("random")
        cluster = connect(
            "cluster", Settings.load().cluster, Secrets.load(), pulumi.ResourceOptions(providers=[random])
        )
        pulumi.export("kubeconfig", cluster.kubeconfig)

    return record(
        body,
        config=given,
        secrets={"registryPassword": "r", "gitPassword": "g"},
        preview=preview,
        answers=answers or TYPES,
    )


TYPES: dict[str, Any] = {
    "tencentcloud:Instance/getTypes:getTypes": {
        "instanceTypes": [
            {"instanceType": name, "availabilityZone": "ap-hongkong-2", "status": "SELL"}
            for name in ("S5.MEDIUM8", "SA2.MEDIUM8")
        ]
    },
}


def one(recording: Recording, kind: str, name: str = "") -> Any:
    (found,) = [each for each in recording.all(kind) if each.name.endswith(name)]
    return found


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
    given["cluster"]["nodes"] = {"least": 2, "most": 5}
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
    given["cluster"]["nodes"] = {"least": 2, "most": 2}
    assert len(deploy(given).all("NodePool")) == 1


def test_the_number_of_nodes_changes_without_the_bounds_of_their_pool(asked: list[str], given: Given) -> None:
    bounds = []
    for least in (1, 3):
        given["cluster"]["nodes"] = {"least": least, "most": 3}
        inputs = one(deploy(given), "NodePool", "base").plain()
        bounds.append((inputs["minSize"], inputs["maxSize"]))
    assert bounds[0] == bounds[1], "the provider refuses to change bounds and number in one update"


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
    ("network", "kinds"),
    [
        ({"kind": "own"}, {"vpc", "subnet"}),
        ({"kind": "named", "vpcId": "vpc-1a", "subnetId": "subnet-1a"}, set()),
        ({"kind": "default"}, set()),
    ],
)
def test_the_network_is_an_own_one_the_accounts_or_a_named_one(
    asked: list[str], given: Given, network: Given, kinds: set[str]
) -> None:
    given["cluster"]["network"] = network
    vpcs = {"vpcId": "vpc-1a", "cidrBlock": "172.19.0.0/16"}
    answers = {
        **TYPES,
        "tencentcloud:Vpc/getInstances:getInstances": {"instanceLists": [vpcs]},
        "tencentcloud:Vpc/getSubnets:getSubnets": {
            "instanceLists": [{"vpcId": "vpc-1a", "subnetId": "subnet-1a", "cidrBlock": "172.19.0.0/20"}]
        },
    }
    recording = deploy(given, answers=answers)
    made = {each.name.rpartition("-")[2] for each in recording.all("Instance")}
    assert made == kinds
    vpc = one(recording, "Cluster").plain()["vpcId"]
    assert vpc == ("cluster-network-vpc-id" if kinds else "vpc-1a")
    rules = one(recording, "GroupRuleSet", "nodes-rules").plain()["ingresses"]
    assert rules[1]["cidrBlock"] == ("10.0.0.0/16" if kinds else "172.19.0.0/16"), "nodes talk to each other"
    assert not [rule for rule in rules if rule["port"] == "22"], "nobody logs in"


def test_no_default_vpc_is_one_sentence(asked: list[str], given: Given) -> None:
    given["cluster"]["network"] = {"kind": "default"}
    none: Given = {"instanceLists": []}
    answers = {
        **TYPES,
        "tencentcloud:Vpc/getInstances:getInstances": none,
        "tencentcloud:Vpc/getSubnets:getSubnets": none,
    }
    with pytest.raises(TkeError, match=r"no Default VPC in ap-hongkong with a subnet in ap-hongkong-2"):
        deploy(given, answers=answers)


def test_a_type_of_node_that_is_not_offered_is_told_with_those_that_are(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["nodes"] = {"instanceType": "S9.MEDIUM8"}
    with pytest.raises(TkeError, match=r"'S9.MEDIUM8'.*has S5.MEDIUM8, SA2.MEDIUM8$"):
        deploy(given)


def test_a_preview_without_credentials_asks_nothing_and_says_so_once(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEY:
        monkeypatch.delenv(name, raising=False)
    given["cluster"]["network"] = {"kind": "default"}
    recording = deploy(given, preview=True, answers={})
    assert len([line for line in recording.logged if "no credentials for Tencent Cloud" in line]) == 1
    assert one(recording, "Cluster"), "the rest previews"


def test_an_up_without_credentials_is_one_sentence(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEY:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(TkeError, match="no credentials for Tencent Cloud: set TENCENTCLOUD_SECRET_ID"):
        deploy(given)


def test_addresses_of_documentations_are_told_in_a_preview_and_refused_by_up(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["apiCidrs"] = ["203.0.113.0/24"]
    assert any("203.0.113.0/24" in line for line in deploy(given, preview=True).logged)
    with pytest.raises(TkeError, match=r"203\.0\.113\.0/24, which stands in documentations only"):
        deploy(given)


def test_an_api_server_that_is_open_to_all_is_never_so_in_silence(asked: list[str], given: Given) -> None:
    given["cluster"]["apiCidrs"] = ["0.0.0.0/0"]
    assert any("open to the whole internet" in line for line in deploy(given).logged)


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
        checked(text)
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
    "a zone elsewhere": ({"zone": "ap-tokyo-1"}, "must have its zone ap-tokyo-1 in its region ap-hongkong"),
    "a subnet outside": ({"network": {"subnetCidr": "10.9.0.0/20"}}, "inside its vpcCidr 10.0.0.0/16"),
    "half a network": (
        {"network": {"kind": "named", "vpcId": "vpc-1a"}},
        "but must name both vpcId and subnetId when its kind is named",
    ),
    "a network of two kinds": ({"network": {"vpcId": "vpc-1a"}}, "must have kind named when it has vpcId"),
    "more at least than at most": (
        {"nodes": {"least": 4}},
        "must have its least 4 no larger than its most 3",
    ),
    "no node": ({"nodes": {"least": 0}}, "cluster.nodes.least is 0, but must be at least 1"),
    "many nodes": ({"nodes": {"most": 1000}}, "cluster.nodes.most is 1000, but must be at most 100"),
    "words for a number": ({"nodes": {"most": "3"}}, "must be a whole number: nodes there are at most"),
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
