"""Ten differences planted in what the real program tells the engine, in one run: each is found."""

import textwrap
from collections.abc import Iterator

import pytest

from tests.golden.__main__ import CHECKOUT
from tests.golden.differences import ABSENT, Difference, compared
from tests.golden.recording import Recording, record
from tests.golden.stack import stacks
from tests.golden.world import World, served

STACK = "open-dashboard"
# It stands beside the program's own __main__.py and changes each request on its way.
PLANTED = """
import runpy

import pulumi
from google.protobuf import json_format
from pulumi.runtime.settings import get_engine, get_monitor

SECRET = "4dabf18193072939515e22adb298388d"
monitor, engine = get_monitor(), get_engine()
register, give, log = monitor.RegisterResource, monitor.RegisterResourceOutputs, engine.Log
urns = {}


def registered(request):
    kind = request.type.rpartition(":")[2]
    match (kind, request.name):
        case ("RoleBinding", "webhook-reads-triggers"):
            del request.dependencies[:]
            request.propertyDependencies.clear()
        case ("LimitRange", "builds-limits"):
            request.object["metadata"]["labels"]["planted"] = "yes"
        case ("Secret", "webhook-secret"):
            for key, value in list(request.object.items()):
                if hasattr(value, "keys") and SECRET in value:
                    request.object[key] = value["value"]
        case ("NetworkPolicy", "network-builds-webhook-allow-listener"):
            del request.aliases[0]
        case ("ResourceQuota", "builds-quota"):
            request.name = "builds-quota-planted"
        case ("ServiceAccount", "builds-account"):
            request.parent = urns["webhook"]
        case ("ServiceAccount", "janitor-account"):
            request.provider = urns["random"] + "::random-id"
        case ("Stash", "cluster-state"):
            del request.ignoreChanges[:]
    answer = register(request)
    urns.setdefault(request.name, answer.urn)
    return answer


def given(request):
    if "webhook_secret" in request.outputs:
        request.outputs["webhook_secret"] = request.outputs["webhook_secret"]["value"]
    return give(request)


def logged(request):
    return None if "is 'none': whoever reaches" in request.message else log(request)


monitor.RegisterResource, monitor.RegisterResourceOutputs, engine.Log = registered, given, logged
runpy.run_path("program.py")
"""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recording, Recording]]:
    """Of the program as it is, and of the planted one."""
    folder = tmp_path_factory.mktemp("golden")
    planted = folder / "planted"
    planted.mkdir()
    for entry in CHECKOUT.iterdir():
        (planted / ("program.py" if entry.name == "__main__.py" else entry.name)).symlink_to(entry)
    (planted / "__main__.py").write_text(textwrap.dedent(PLANTED), encoding="utf-8")
    world = World([])
    with served(world, folder) as values:
        stack = next(one for one in stacks(values) if one.name == STACK)
        world.clusters[STACK] = stack
        yield record(CHECKOUT, stack, values), record(planted, stack, values)


def test_the_program_does_not_differ_from_itself(recordings: tuple[Recording, Recording]) -> None:
    comparison = compared(recordings[0], recordings[0])
    assert not comparison.differences
    assert len(recordings[0]["resources"]) > 90, "an empty recording would not differ either"


def test_ten_planted_differences_are_found_and_no_other(recordings: tuple[Recording, Recording]) -> None:
    found = {(_short(one), one.path.split("[")[0].split(".")[0]) for one in compared(*recordings).differences}
    assert found == {
        ("RoleBinding::webhook-reads-triggers", "dependencies"),
        ("RoleBinding::webhook-reads-triggers", "propertyDependencies"),
        ("LimitRange::builds-limits", "inputs"),
        ("Secret::webhook-secret", "inputs"),
        ("NetworkPolicy::network-builds-webhook-allow-listener", "aliases"),
        ("ResourceQuota::builds-quota", ""),
        ("ResourceQuota::builds-quota-planted", ""),
        ("ServiceAccount::builds-account", ""),
        ("ServiceAccount::janitor-account", "provider"),
        ("Stash::cluster-state", "options"),
        ("outputs", "webhook_secret"),
        ("logged", ""),
    }


def test_what_is_lost_is_said_in_words(recordings: tuple[Recording, Recording]) -> None:
    said = {(_short(one), one.path, one.base, one.head) for one in compared(*recordings).differences}
    assert ("outputs", "webhook_secret", "secret", "not secret") in said
    assert ("Secret::webhook-secret", "inputs.stringData", "secret", "not secret") in said
    assert ("Stash::cluster-state", "options.ignoreChanges", '["input"]', ABSENT) in said
    assert ("LimitRange::builds-limits", "inputs.metadata.labels.planted", ABSENT, "yes") in said


def _short(difference: Difference) -> str:
    """Type and name of a resource, without its parents."""
    urn, name = difference.subject.rpartition("::")[::2]
    return f"{urn.rpartition(':')[2]}::{name}" if urn else name
