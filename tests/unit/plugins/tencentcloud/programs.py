"""What programs do to an account, right or wrong: one resource at a time, in the network of `Made`."""

from collections.abc import Callable
from typing import Any

from plugins.tencentcloud.account import account
from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    ENDPOINT,
    POOL,
    RULES,
    SUBNET,
    VPC,
    Made,
    delete,
    invoke,
    update,
)

Program = Callable[[Made], object]
"""Raises grpc.RpcError when something of it is refused."""

RULE = {"action": "ACCEPT", "cidrBlock": "10.0.0.0/8", "protocol": "TCP", "port": "443"}
FREE = "172.24.0.0/16"  # addresses that nobody has


def _pool_inputs(made: Made, **more: Any) -> dict[str, Any]:
    return {**made.pool_inputs(desiredCapacity=0), "maxSize": 100, **more}


def vpc(**more: Any) -> Program:
    return lambda made: made.cloud.create(VPC, **{"name": "w", "cidrBlock": "10.9.0.0/16", **more})


def subnet(**more: Any) -> Program:
    right = {"name": "w", "cidrBlock": "10.0.64.0/20", "availabilityZone": "ap-hongkong-2"}
    return lambda made: made.cloud.create(SUBNET, **{**right, "vpcId": made.vpc, **more})


def rules(**more: Any) -> Program:
    return lambda made: made.cloud.create(RULES, **{"securityGroupId": made.group, **more})


def cluster(**more: Any) -> Program:
    return lambda made: made.cloud.create(CLUSTER, **made.cluster_inputs(**{"clusterCidr": FREE, **more}))


def change_cluster(**more: Any) -> Program:
    return lambda made: update(
        made.cloud, CLUSTER, made.cluster, made.cluster_inputs(), made.cluster_inputs(**more)
    )


def pool(**more: Any) -> Program:
    return lambda made: made.cloud.create(POOL, **_pool_inputs(made, **more))


def shape(**more: Any) -> Program:
    def make(made: Made) -> object:
        right = _pool_inputs(made)["autoScalingConfig"]
        return made.cloud.create(POOL, **_pool_inputs(made, autoScalingConfig={**right, **more}))

    return make


def change_pool(name: str = "", **more: Any) -> Program:
    def change(made: Made) -> object:
        identity, state = made.cloud.create(POOL, **_pool_inputs(made))
        identity = f"{made.cluster}#{name}" if name else identity
        return update(made.cloud, POOL, identity, state, _pool_inputs(made, **more))

    return change


def change_shape(**more: Any) -> Program:
    def change(made: Made) -> object:
        right = _pool_inputs(made)["autoScalingConfig"]
        return change_pool(autoScalingConfig={**right, **more})(made)

    return change


def endpoint(**more: Any) -> Program:
    return lambda made: made.cloud.create(ENDPOINT, **made.endpoint_inputs(**more))


def endpoint_inside(**more: Any) -> Program:
    def make(made: Made) -> object:
        right = {"clusterId": made.cluster, "clusterIntranet": True, "clusterIntranetSubnetId": made.subnet}
        return made.cloud.create(ENDPOINT, **{**right, **more})

    return make


def change_endpoint(**more: Any) -> Program:
    return lambda made: update(
        made.cloud, ENDPOINT, made.cluster, made.endpoint_inputs(), made.endpoint_inputs(**more)
    )


def gone(kind: str, name: str) -> Program:
    """Deletes what `Made` has under this name."""
    return lambda made: delete(made.cloud, kind, getattr(made, name), {})


def look_up(name: str, **asked: Any) -> Program:
    token = f"tencentcloud:{name}:{name.partition('/')[2]}"
    return lambda made: invoke(made.cloud, token, **asked)


def after(first: Program, then: Program) -> Program:
    def both(made: Made) -> object:
        first(made)
        return then(made)

    return both


def with_node(then: Program) -> Program:
    return after(pool(desiredCapacity=1), then)


def switched(then: Program, **switches: Any) -> Program:
    def switch(made: Made) -> object:
        with account(made.file) as there:
            there.switch(**switches)
        return then(made)

    return switch


def routed(to: str, then: Program) -> Program:
    """With a route in the VPC's own table."""

    def route(made: Made) -> object:
        with account(made.file) as there:
            (table,) = there.all("rtb", vpcId=made.vpc)
            there.put(f"1.{table}", {"routeTableId": table, "destinationCidrBlock": to})
        return then(made)

    return route
