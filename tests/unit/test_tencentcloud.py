"""The stand-in for the Tencent Cloud provider: what of the official one, or of the cloud, it mirrors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from plugins.protocol import provider_pb2, provider_pb2_grpc
from plugins.tencentcloud.provider import TencentCloudProvider
from plugins.values import SIGNATURE, UNKNOWN, from_wire, plain, secret, to_wire
from tests.unit.provider_engine import Engine, serving

VPC = "tencentcloud:Vpc/instance:Instance"
SUBNET = "tencentcloud:Subnet/instance:Instance"
GROUP = "tencentcloud:Security/group:Group"
RULES = "tencentcloud:Security/groupRuleSet:GroupRuleSet"
CLUSTER = "tencentcloud:Kubernetes/cluster:Cluster"
POOL = "tencentcloud:Kubernetes/nodePool:NodePool"
ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "account.json"


@pytest.fixture
def cloud(file: Path) -> Iterator[Engine]:
    def register(server: grpc.Server) -> None:
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(TencentCloudProvider(file), server)

    with serving(register) as engine:
        yield engine


class Made:
    """A network with a cluster in it, as a program makes them."""

    def __init__(self, cloud: Engine) -> None:
        self.cloud = cloud
        self.vpc, _ = cloud.create(VPC, name="v", cidrBlock="10.0.0.0/16")
        self.subnet, _ = cloud.create(
            SUBNET, name="s", vpcId=self.vpc, cidrBlock="10.0.0.0/20", availabilityZone="ap-hongkong-2"
        )
        self.group, _ = cloud.create(GROUP, name="g")
        self.cluster, self.outputs = cloud.create(CLUSTER, **self.cluster_inputs())

    def cluster_inputs(self, **more: Any) -> dict[str, Any]:
        return {"clusterName": "c", "vpcId": self.vpc, "clusterCidr": "172.20.0.0/16", **more}

    def pool_inputs(self, **more: Any) -> dict[str, Any]:
        return {
            "name": "c-base",
            "clusterId": self.cluster,
            "vpcId": self.vpc,
            "subnetIds": [self.subnet],
            "minSize": 0,
            "maxSize": 100,
            "desiredCapacity": 1,
            "enableAutoScale": False,
            "autoScalingConfig": {
                "instanceType": "S5.MEDIUM8",
                "password": secret("pool-pass-1"),
                "orderlySecurityGroupIds": [self.group],
            },
            **more,
        }

    def endpoint_inputs(self, **more: Any) -> dict[str, Any]:
        return {
            "clusterId": self.cluster,
            "clusterInternet": True,
            "clusterInternetSecurityGroup": self.group,
            **more,
        }


@pytest.fixture
def made(cloud: Engine) -> Made:
    return Made(cloud)


def refusal(call: Any, *arguments: Any, **inputs: Any) -> str:
    with pytest.raises(grpc.RpcError) as refused:
        call(*arguments, **inputs)
    return str(refused.value.details())


def test_ids_look_like_the_clouds(made: Made) -> None:
    pool, _ = made.cloud.create(POOL, **made.pool_inputs())
    assert made.vpc.startswith("vpc-")
    assert made.cluster.startswith("cls-")
    assert pool.startswith(f"{made.cluster}#np-"), "the provider joins both: cls-xxx#np-xxx"


def test_an_endpoint_before_any_node_is_refused(made: Made) -> None:
    """TF#761."""
    message = refusal(made.cloud.create, ENDPOINT, **made.endpoint_inputs())
    assert "No normal node cluster is not allowed to enable access endpoint" in message


def test_a_pool_that_may_have_nodes_later_is_no_node(made: Made) -> None:
    made.cloud.create(POOL, **{**made.pool_inputs(), "enableAutoScale": True, "desiredCapacity": 0})
    assert "No normal node" in refusal(made.cloud.create, ENDPOINT, **made.endpoint_inputs())


def test_an_endpoint_without_a_security_group_is_refused(made: Made) -> None:
    made.cloud.create(POOL, **made.pool_inputs())
    inputs = made.endpoint_inputs(clusterInternetSecurityGroup="")
    assert "must not be empty" in refusal(made.cloud.create, ENDPOINT, **inputs)
    inputs = made.endpoint_inputs(clusterInternetSecurityGroup="sg-none")
    assert "SecurityGroup is invalid" in refusal(made.cloud.create, ENDPOINT, **inputs)


def test_an_endpoint_leads_to_the_cluster_that_the_environment_names(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kubeconfig").write_text("a kubeconfig")
    monkeypatch.setenv("TENCENTCLOUD_STAND_IN_KUBECONFIG", str(tmp_path / "kubeconfig"))
    made.cloud.create(POOL, **made.pool_inputs())
    identity, outputs = made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    assert identity == made.cluster, "an endpoint's id is its cluster's"
    assert SIGNATURE in outputs["kubeConfig"], "additional_secret_outputs has it"
    assert plain(outputs)["kubeConfig"] == "a kubeconfig"


def test_without_a_public_address_the_kubeconfig_names_the_default_domain(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Document 457/38510: only the VPC resolves it."""
    monkeypatch.delenv("TENCENTCLOUD_STAND_IN_KUBECONFIG", raising=False)
    made.cloud.create(POOL, **made.pool_inputs())
    _, outputs = made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    assert f"https://{made.cluster}.ccs.tencent-cloud.com" in plain(outputs)["kubeConfig"]


def test_the_clusters_own_kubeconfig_stays_empty(made: Made) -> None:
    """TF#3225: it is filled by a refresh, when the endpoint is open."""
    assert plain(made.outputs)["kubeConfig"] == ""


@pytest.mark.parametrize("login", [{}, {"password": "x", "keyIds": ["skey-1"]}], ids=["neither", "both"])
def test_a_pool_takes_exactly_one_of_password_and_key(made: Made, login: dict[str, Any]) -> None:
    inputs = made.pool_inputs(autoScalingConfig={"instanceType": "S5.MEDIUM8", **login})
    assert "one of `password` and `key_ids`" in refusal(made.cloud.create, POOL, **inputs)


def test_a_pool_refuses_the_deprecated_groups(made: Made) -> None:
    shape = {"instanceType": "S5.MEDIUM8", "password": "x", "securityGroupIds": [made.group]}
    message = refusal(made.cloud.create, POOL, **made.pool_inputs(autoScalingConfig=shape))
    assert "orderly_security_group_ids" in message


def test_an_unknown_type_of_machine_is_refused(made: Made) -> None:
    shape = {"instanceType": "S9.HUGE", "password": "x"}
    assert "S9.HUGE" in refusal(made.cloud.create, POOL, **made.pool_inputs(autoScalingConfig=shape))


@pytest.mark.parametrize(
    ("kind", "change", "key"),
    [
        (POOL, {"name": "n" * 26}, "name"),
        (POOL, {"waitNodeReady": True, "enableAutoScale": True}, "waitNodeReady"),
        (CLUSTER, {"clusterCidr": "172.20.0.1/16"}, "clusterCidr"),
        (CLUSTER, {"clusterCidr": "8.8.0.0/16"}, "clusterCidr"),
        (CLUSTER, {"clusterInternet": True}, "clusterInternet"),
        (CLUSTER, {"clusterNme": "c"}, "clusterNme"),
        (VPC, {"cidrBlock": "10.0.0.1/16"}, "cidrBlock"),
        (VPC, {"cidrBlock": None}, "cidrBlock"),
        (RULES, {"ingresses": [{"action": "ALLOW"}]}, "ingresses"),
    ],
)
def test_what_the_provider_checks_is_told_in_a_preview(
    made: Made, kind: str, change: dict[str, Any], key: str
) -> None:
    right: dict[str, Any] = {
        VPC: {"cidrBlock": "10.0.0.0/16"},
        CLUSTER: made.cluster_inputs(),
        POOL: made.pool_inputs(),
        RULES: {"securityGroupId": made.group},
    }[kind]
    assert made.cloud.check(kind, **right) == {}
    wrong = {name: value for name, value in {**right, **change}.items() if value is not None}
    assert set(made.cloud.check(kind, **wrong)) == {key}


def test_what_is_not_known_yet_is_not_judged(made: Made) -> None:
    assert made.cloud.check(CLUSTER, vpcId=UNKNOWN, clusterCidr=UNKNOWN) == {}


def test_pods_on_the_vpcs_addresses_are_refused(made: Made) -> None:
    message = refusal(made.cloud.create, CLUSTER, **made.cluster_inputs(clusterCidr="10.0.0.0/16"))
    assert "CidrConflict" in message


def test_a_protected_cluster_is_not_deleted(made: Made) -> None:
    inputs = made.cluster_inputs(deletionProtection=True)
    identity, outputs = made.cloud.create(CLUSTER, **inputs)
    assert "deletion protection" in refusal(delete, made.cloud, CLUSTER, identity, outputs)


def test_what_is_in_use_is_not_deleted(made: Made) -> None:
    pool, outputs = made.cloud.create(POOL, **made.pool_inputs())
    assert made.cluster in refusal(delete, made.cloud, VPC, made.vpc, {})
    assert "is used by np-" in refusal(delete, made.cloud, SUBNET, made.subnet, {})
    assert "is used by np-" in refusal(delete, made.cloud, GROUP, made.group, {})
    for kind, thing, state in (
        (POOL, pool, outputs),
        (CLUSTER, made.cluster, {}),
        (GROUP, made.group, {}),
        (SUBNET, made.subnet, {}),
        (VPC, made.vpc, {}),
    ):
        delete(made.cloud, kind, thing, state)


def test_after_everything_is_deleted_the_account_is_as_new(made: Made, file: Path) -> None:
    for kind, thing in (
        (CLUSTER, made.cluster),
        (GROUP, made.group),
        (SUBNET, made.subnet),
        (VPC, made.vpc),
    ):
        delete(made.cloud, kind, thing, {})
    assert set(json.loads(file.read_text())) == {"vpc-default0", "subnet-default0"}


def test_a_refused_operation_leaves_the_account_as_it_was(made: Made, file: Path) -> None:
    before = file.read_text()
    refusal(made.cloud.create, ENDPOINT, **made.endpoint_inputs())
    assert file.read_text() == before


def test_no_password_is_kept_in_the_account(made: Made, file: Path) -> None:
    _, outputs = made.cloud.create(POOL, **made.pool_inputs())
    assert "pool-pass-1" not in file.read_text()
    assert SIGNATURE in outputs["autoScalingConfig"]["password"], "what came secret stays secret in the state"


@pytest.mark.parametrize(
    ("kind", "key", "value", "replaces"),
    [
        (CLUSTER, "clusterCidr", "192.168.0.0/16", True),
        (CLUSTER, "networkType", "VPC-CNI", True),
        (CLUSTER, "clusterVersion", "1.36.0", False),
        (CLUSTER, "deletionProtection", True, False),
        (ENDPOINT, "extensiveParameters", "{}", True),
        (ENDPOINT, "clusterInternetSecurityGroup", "sg-2", False),
        (POOL, "desiredCapacity", 3, False),
    ],
)
def test_a_preview_shows_what_would_make_another_cluster(
    made: Made, kind: str, key: str, value: object, replaces: bool
) -> None:
    """ForceNew in the provider's schema."""
    old = {CLUSTER: made.cluster_inputs(), ENDPOINT: made.endpoint_inputs(), POOL: made.pool_inputs()}[kind]
    diff = made.cloud.diff(kind, old, {**old, key: value})
    assert list(diff.diffs) == [key]
    assert list(diff.replaces) == ([key] if replaces else [])
    assert not made.cloud.diff(kind, old, old).diffs, "nothing changes by itself"


def test_bounds_and_number_of_a_pool_do_not_change_together(made: Made) -> None:
    pool, _ = made.cloud.create(POOL, **made.pool_inputs())
    old, new = made.pool_inputs(), made.pool_inputs(desiredCapacity=3, maxSize=9)
    assert "cannot be changed at the same time" in refusal(update, made.cloud, POOL, pool, old, new)
    update(made.cloud, POOL, pool, old, made.pool_inputs(desiredCapacity=3))


def test_the_administrators_role_is_not_given_back(made: Made) -> None:
    old, new = (made.cluster_inputs(acquireClusterAdminRole=value) for value in (True, False))
    assert "acquire_cluster_admin_role" in refusal(update, made.cloud, CLUSTER, made.cluster, old, new)


def test_a_name_that_is_left_out_gets_one_with_a_suffix_and_keeps_it(cloud: Engine) -> None:
    """SetAutonaming(255, "-")."""
    answer = cloud.stub.Check(
        provider_pb2.CheckRequest(urn=cloud.urn(VPC), news=to_wire({"cidrBlock": "10.0.0.0/16"}))
    )
    name = from_wire(answer.inputs)["name"]
    assert name.startswith("name-")
    again = cloud.stub.Check(
        provider_pb2.CheckRequest(
            urn=cloud.urn(VPC), news=to_wire({"cidrBlock": "10.0.0.0/16"}), olds=answer.inputs
        )
    )
    assert from_wire(again.inputs)["name"] == name, (
        "another name at every `up` would be a change at every `up`"
    )


def test_a_preview_makes_nothing(made: Made, file: Path) -> None:
    before = file.read_text()
    _, outputs = made.cloud.create(POOL, preview=True, **made.pool_inputs())
    assert file.read_text() == before
    assert outputs["status"] == UNKNOWN


def test_a_deleted_thing_is_dropped_by_a_refresh_and_a_lost_clusters_endpoint_is_an_error(made: Made) -> None:
    """The official one's Read of an endpoint ends with `cluster ... not found`."""
    made.cloud.create(POOL, **made.pool_inputs())
    made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    delete(made.cloud, CLUSTER, made.cluster, {})
    assert read(made.cloud, CLUSTER, made.cluster, made.cluster_inputs()).id == ""
    message = refusal(read, made.cloud, ENDPOINT, made.cluster, made.endpoint_inputs())
    assert "not found" in message


def test_without_credentials_nothing_starts(cloud: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    configure = cloud.stub.Configure
    message = refusal(configure, provider_pb2.ConfigureRequest(args=to_wire({"region": "ap-hongkong"})))
    assert "secret_id" in message
    configure(provider_pb2.ConfigureRequest(args=to_wire({"secretId": "id", "secretKey": "key"})))


def test_the_default_vpc_and_the_types_of_a_zone_can_be_looked_up(cloud: Engine) -> None:
    vpcs = invoke(cloud, "tencentcloud:Vpc/getInstances:getInstances", isDefault=True)["instanceLists"]
    assert [vpc["cidrBlock"] for vpc in vpcs] == ["172.19.0.0/16"]
    subnets = invoke(
        cloud, "tencentcloud:Vpc/getSubnets:getSubnets", isDefault=True, availabilityZone="ap-hongkong-2"
    )["instanceLists"]
    assert [subnet["vpcId"] for subnet in subnets] == [vpcs[0]["vpcId"]]
    types = invoke(cloud, "tencentcloud:Instance/getTypes:getTypes", cpuCoreCount=2, memorySize=8)
    assert {one["instanceType"] for one in types["instanceTypes"]} == {"S5.MEDIUM8", "SA2.MEDIUM8"}


def test_what_it_does_not_know_is_refused_by_name(cloud: Engine) -> None:
    bucket = "tencentcloud:Cos/bucket:Bucket"
    assert "takes the official tencentcloud plugin" in refusal(cloud.check, bucket)
    assert "getRegions" in refusal(invoke, cloud, "tencentcloud:Availability/getRegions:getRegions")


def delete(cloud: Engine, kind: str, thing: str, state: dict[str, Any]) -> None:
    cloud.stub.Delete(provider_pb2.DeleteRequest(urn=cloud.urn(kind), id=thing, properties=to_wire(state)))


def update(cloud: Engine, kind: str, thing: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
    request = provider_pb2.UpdateRequest(
        urn=cloud.urn(kind), id=thing, olds=to_wire(old), old_inputs=to_wire(old), news=to_wire(new)
    )
    return cloud.stub.Update(request)


def read(cloud: Engine, kind: str, thing: str, inputs: dict[str, Any]) -> Any:
    request = provider_pb2.ReadRequest(urn=cloud.urn(kind), id=thing, inputs=to_wire(inputs))
    return cloud.stub.Read(request)


def invoke(cloud: Engine, token: str, **arguments: Any) -> dict[str, Any]:
    answer = cloud.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=to_wire(arguments)))
    found: dict[str, Any] = plain(from_wire(getattr(answer, "return")))
    return found
