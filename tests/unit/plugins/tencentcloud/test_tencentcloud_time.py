"""What lasts longer than its operation: deleted things that linger, and what a failed create has made."""

import json
from pathlib import Path
from typing import Any

from plugins.tencentcloud.account import account
from tests.support.account import NEW_ACCOUNT
from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    ENDPOINT,
    GROUP,
    POOL,
    SUBNET,
    VPC,
    Made,
    delete,
    read,
    refusal,
    update,
)


def switch(made: Made, **switches: Any) -> None:
    with account(made.file) as there:
        there.switch(**switches)


def clusters(made: Made) -> list[str]:
    with account(made.file) as there:
        return list(there.all("cls"))


def test_a_pools_machines_hold_their_group_and_subnet_after_it(made: Made) -> None:
    """The provider waits three minutes for a group and five for a subnet; then the next `up` has to go on."""
    pool, outputs = made.cloud.create(POOL, **made.pool_inputs())
    switch(made, lingering=6)
    delete(made.cloud, POOL, pool, outputs)
    assert "still bind 1 CVM instances" in refusal(delete, made.cloud, GROUP, made.group, {})
    delete(made.cloud, SUBNET, made.subnet, {})
    delete(made.cloud, GROUP, made.group, {})


def test_a_group_goes_once_its_machines_have_gone_within_the_providers_patience(made: Made) -> None:
    pool, outputs = made.cloud.create(POOL, **made.pool_inputs())
    switch(made, lingering=3)
    delete(made.cloud, POOL, pool, outputs)
    delete(made.cloud, GROUP, made.group, {})


def test_a_subnet_that_is_still_used_after_five_minutes_is_refused_with_the_clouds_code(made: Made) -> None:
    pool, outputs = made.cloud.create(POOL, **made.pool_inputs())
    switch(made, lingering=8)
    delete(made.cloud, POOL, pool, outputs)
    assert "Code=ResourceInUse" in refusal(delete, made.cloud, SUBNET, made.subnet, {})
    delete(made.cloud, SUBNET, made.subnet, {})


def test_a_deleted_cluster_is_gone_for_the_state_and_lingers_in_the_vpc(made: Made) -> None:
    switch(made, lingering=9)
    delete(made.cloud, CLUSTER, made.cluster, {})
    assert read(made.cloud, CLUSTER, made.cluster, made.cluster_inputs()).id == ""
    again = refusal(made.cloud.create, CLUSTER, **made.cluster_inputs())
    assert "CidrConflictWithOtherCluster" in again, "the addresses of its pods are not free yet"
    assert made.cluster in refusal(delete, made.cloud, VPC, made.vpc, {})
    delete(made.cloud, SUBNET, made.subnet, {})
    delete(made.cloud, GROUP, made.group, {})
    for _ in range(9):
        read(made.cloud, CLUSTER, made.cluster, made.cluster_inputs())
    delete(made.cloud, VPC, made.vpc, {})


def test_without_the_switch_everything_is_gone_at_once_and_no_time_passes(made: Made, file: Path) -> None:
    pool, outputs = made.cloud.create(POOL, **made.pool_inputs())
    for kind, thing, state in (
        (POOL, pool, outputs),
        (CLUSTER, made.cluster, {}),
        (GROUP, made.group, {}),
        (SUBNET, made.subnet, {}),
        (VPC, made.vpc, {}),
    ):
        delete(made.cloud, kind, thing, state)
    assert set(json.loads(file.read_text())) == NEW_ACCOUNT


def test_the_machines_of_a_pool_stay_by_default_and_hold_what_they_have(made: Made) -> None:
    """A pool that was imported is deleted so: its state knows nothing else."""
    inputs = made.pool_inputs()
    del inputs["deleteKeepInstance"]
    pool, outputs = made.cloud.create(POOL, **inputs)
    delete(made.cloud, POOL, pool, outputs)
    assert "still bind 1 CVM instances" in refusal(delete, made.cloud, GROUP, made.group, {})
    assert "is used by ins-" in refusal(delete, made.cloud, SUBNET, made.subnet, {})


def test_a_create_that_fails_after_the_cluster_is_there_leaves_one_that_no_state_knows(made: Made) -> None:
    """The provider has the id only after the administrator's role (..._cluster.go:1776)."""
    switch(made, refusals=[["tke:AcquireClusterAdminRole", "ResourceUnavailable.ClusterState"]])
    inputs = made.cluster_inputs(clusterCidr="172.24.0.0/16", acquireClusterAdminRole=True)
    assert "ResourceUnavailable.ClusterState" in refusal(made.cloud.create, CLUSTER, **inputs)
    assert len(clusters(made)) == 2, "it is there, and billed"
    again = refusal(made.cloud.create, CLUSTER, **inputs)
    assert "CidrConflictWithOtherCluster" in again, "the next `up` meets it"


def test_a_call_that_is_refused_has_done_nothing(made: Made) -> None:
    switch(made, refusals=[["tke:CreateCluster", "InternalError.Db"]])
    inputs = made.cluster_inputs(clusterCidr="172.24.0.0/16")
    assert "InternalError.Db" in refusal(made.cloud.create, CLUSTER, **inputs)
    assert clusters(made) == [made.cluster]


def test_an_action_that_the_account_refuses_once_is_taken_the_next_time(made: Made) -> None:
    made.cloud.create(POOL, **made.pool_inputs())
    switch(made, refusals=[["tke:CreateClusterEndpoint", "ResourceUnavailable.ClusterState"]])
    assert "ClusterState" in refusal(made.cloud.create, ENDPOINT, **made.endpoint_inputs())
    made.cloud.create(ENDPOINT, **made.endpoint_inputs())


def test_an_update_that_fails_in_the_middle_has_done_what_was_before(made: Made) -> None:
    """Name and description go first, then the version."""
    new = made.cluster_inputs(clusterDesc="new", clusterVersion="1.30.0")
    assert "unsupported" in refusal(update, made.cloud, CLUSTER, made.cluster, made.cluster_inputs(), new)
    with account(made.file) as there:
        assert (there.get(made.cluster) or {})["clusterDesc"] == "new"
