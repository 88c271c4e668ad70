"""The stand-in's inputs, against the package that a program is written with, and what a change does."""

import importlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from plugins.tencentcloud.kinds import KINDS
from plugins.tencentcloud.schema import Field, schema, tokens
from tests.unit.plugins.provider_engine import Engine
from tests.unit.plugins.tencentcloud.account_made import POOL, Made, refusal, update

PYTHON = {"String": "str", "Int": "int", "Float": "float", "Bool": "bool", "Map": "Mapping"}


def properties(module: Any, name: str, block: str = "") -> Iterator[tuple[str, str]]:
    """Every input of a class of arguments by its path in Pulumi, with its type as the package writes it."""
    for key, member in vars(getattr(module, name)).items():
        if not isinstance(member, property):
            continue
        path = f"{block}{getattr(member.fget, '_pulumi_name', key)}"
        annotation = str(member.fget.__annotations__["return"])
        yield path, annotation
        if inner := re.search(r"\b(\w+Args)\b", annotation):
            yield from properties(module, inner.group(1), f"{path}.")


def has_type(field: Field, annotation: str) -> bool:
    if field.type in PYTHON:
        return re.search(rf"\b{PYTHON[field.type]}\b", annotation) is not None
    return ("Sequence" in annotation) != field.single


def arguments_class(token: str) -> tuple[Any, str]:
    """The module of the package that has a type, and the name of its class of arguments."""
    _, module, name = token.split(":")
    folder = module.partition("/")[0].lower()
    return importlib.import_module(f"tencentcloud_iac_pulumi.{folder}"), f"{name}Args"


@pytest.mark.parametrize("token", tokens())
def test_every_input_has_the_name_and_the_type_that_the_package_gives_it(token: str) -> None:
    package = dict(properties(*arguments_class(token)))
    ours = {path: field for path, field in schema(token).items() if field.is_input}
    computed = {path for path, field in schema(token).items() if not field.is_input and "." in path}
    assert package.keys() - computed == ours.keys(), "the package takes what is computed in blocks, too"
    wrong = {path: package[path] for path, field in ours.items() if not has_type(field, package[path])}
    assert not wrong


def shape(**more: Any) -> Mapping[str, Any]:
    return {"autoScalingConfig": {"instanceType": "S5.MEDIUM8", "password": "pool-pass-1", **more}}


@pytest.mark.parametrize(
    ("change", "path", "replaces"),
    [
        (shape(instanceType="S5.LARGE16"), "autoScalingConfig.instanceType", True),
        (shape(password="pool-pass-2"), "autoScalingConfig.password", True),
        (shape(systemDiskSize=100), "autoScalingConfig.systemDiskSize", False),
        (shape(internetMaxBandwidthOut=5), "autoScalingConfig.internetMaxBandwidthOut", False),
        (shape(dataDisks=[{"diskSize": 50}]), "autoScalingConfig.dataDisks", False),
        (shape(dataDisks=[{"snapshotId": "snap-1"}]), "autoScalingConfig.dataDisks", True),
        ({"subnetIds": ["subnet-2"]}, "subnetIds", True),
        ({"nodeConfig": {"userData": "IyEvYmluL3No"}}, "nodeConfig", True),
        ({"multiZoneSubnetPolicy": "EQUALITY"}, "multiZoneSubnetPolicy", False),
        ({"nodeOs": "tlinux4_x86_64_public"}, "nodeOs", False),
        ({"labels": {"a": "b"}}, "labels", False),
    ],
)
def test_a_change_inside_a_block_makes_another_pool_where_the_provider_says_so(
    made: Made, change: Mapping[str, Any], path: str, replaces: bool
) -> None:
    """ForceNew of facts/schemas.json."""
    old = made.pool_inputs(**shape())
    diff = made.cloud.diff(POOL, old, {**old, **change})
    kind = diff.detailedDiff[path].kind
    assert list(diff.detailedDiff) == [path]
    assert (kind == diff.detailedDiff[path].UPDATE_REPLACE) == replaces
    assert bool(diff.replaces) == replaces


@pytest.mark.parametrize(
    ("defaults", "first"),
    [([], True), (["name"], False)],
    ids=["a name by hand", "a name with a suffix"],
)
def test_what_has_a_name_by_hand_goes_before_the_next_one_comes(
    made: Made, defaults: list[str], first: bool
) -> None:
    """The bridge: two would have one name, unless the program says otherwise."""
    old = {**made.pool_inputs(), "__defaults": defaults}
    assert made.cloud.diff(POOL, old, {**old, "subnetIds": ["subnet-2"]}).deleteBeforeReplace == first
    assert not made.cloud.diff(POOL, old, {**old, "nodeOs": "other"}).deleteBeforeReplace


def scaled(made: Made) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A pool to which the autoscaler has added two nodes, its inputs, and the state of before."""
    inputs = made.pool_inputs(enableAutoScale=True, maxSize=3)
    del inputs["desiredCapacity"]
    pool, outputs = made.cloud.create(POOL, **inputs)
    made.scale(pool, 2)
    return pool, inputs, outputs


def test_bounds_of_a_pool_that_has_scaled_do_not_change_from_an_older_state(made: Made) -> None:
    pool, inputs, state = scaled(made)
    message = refusal(update, made.cloud, POOL, pool, state, {**inputs, "maxSize": 5})
    assert "cannot be modified at the same time as `desired_capacity`" in message
    update(made.cloud, POOL, pool, {**state, "desiredCapacity": 2}, {**inputs, "maxSize": 5})
    assert made.nodes(pool) == 2, "after a refresh the state has the cloud's number"


def test_any_other_update_from_an_older_state_ends_nodes(made: Made) -> None:
    pool, inputs, state = scaled(made)
    update(made.cloud, POOL, pool, state, {**inputs, "labels": {"a": "b"}})
    assert made.nodes(pool) == 0, "the state's number goes to the cloud, and builds with the nodes"


SAMPLES: Mapping[str, tuple[Any, Any]] = {
    "String": ("a", "b"),
    "Int": (1, 2),
    "Float": (1.5, 2.5),
    "Bool": (False, True),
    "Map": ({"a": "b"}, {"a": "c"}),
}


@pytest.mark.parametrize("token", KINDS)
def test_a_change_of_any_input_is_told_as_the_source_has_it(cloud: Engine, token: str) -> None:
    for path, field in KINDS[token].inputs.items():
        if "." in path or field.type not in SAMPLES:
            continue
        old, new = ({path: value, "__defaults": []} for value in SAMPLES[field.type])
        answer = cloud.diff(token, old, new)
        assert list(answer.diffs) == [path]
        assert list(answer.replaces) == ([path] if field.replaces else []), path


def test_what_an_update_refuses_is_read_from_the_source() -> None:
    fixed = {token: {field.fixed for field in schema(token).values() if field.fixed} for token in tokens()}
    assert {token.rpartition(":")[2]: names for token, names in fixed.items() if names} == {
        "Cluster": {"cdc_id", "disable_addons", "extension_addon"},
        "Gateway": {"zone"},
        "ServiceAccount": {"name", "registry_id"},
        "Topic": {"partition_count", "storage_type"},
    }
