"""The order in which Tekton's releases are applied, which is what makes a first run succeed."""

import json
from itertools import pairwise
from typing import Any

import pytest
import yaml

from components.tekton import STAGES, Tekton, TektonArgs, TektonError, staged
from tests.manifests import an_object, releases, webhook
from tests.recorded import Recording, record

WAIT = "pulumi.com/waitFor"


def kinds(stage: str) -> list[str]:
    return sorted(one["kind"] for one in staged(releases())[stage])


def test_namespaces_and_crds_of_all_releases_come_first() -> None:
    assert kinds("foundations") == ["CustomResourceDefinition", "CustomResourceDefinition", "Namespace"]


def test_configuration_comes_before_any_webhook_is_registered() -> None:
    assert kinds("plain") == ["ConfigMap", "Secret"]


def test_services_go_with_their_deployments_because_both_wait_for_the_pods() -> None:
    assert kinds("workloads") == ["Deployment", "Deployment", "Service"]


def test_webhooks_are_registered_when_their_servers_run() -> None:
    assert kinds("webhooks") == ["ValidatingWebhookConfiguration"]


def test_what_is_made_of_tektons_kinds_is_no_part_of_the_stages() -> None:
    assert kinds("custom") == ["ClusterInterceptor"]


def test_nothing_is_lost() -> None:
    before = [one for objects in releases().values() for one in objects]
    assert sum(len(objects) for objects in staged(releases()).values()) == len(before)


def test_interceptors_have_what_they_need_to_answer_in_time() -> None:
    name = "KUBE_API_QPS"
    container = {"name": "interceptors", "env": [{"name": "A", "value": "1"}, {"name": name, "value": "5"}]}
    spec = {"template": {"spec": {"containers": [container]}}}
    theirs, other = (
        an_object("Deployment", one, api="apps/v1", namespace="tekton-pipelines", spec=spec)
        for one in ("tekton-triggers-core-interceptors", "another")
    )
    changed, same = staged({"a": [theirs, other]})["workloads"]
    (answering,) = changed["spec"]["template"]["spec"]["containers"]
    assert answering["resources"]["requests"].keys() == {"cpu", "memory"}, "BestEffort is served last"
    assert answering["env"] == [
        {"name": "A", "value": "1"},
        {"name": "KUBE_API_QPS", "value": "50"},
        {"name": "KUBE_API_BURST", "value": "100"},
    ]
    assert same == other
    assert container["env"][1]["value"] == "5", "the release's own object stays as it is"


@pytest.mark.parametrize(
    ("count", "wait"),
    [
        (1, "jsonpath={.webhooks[0].clientConfig.caBundle}"),
        (
            2,
            json.dumps([f"jsonpath={{.webhooks[{index}].clientConfig.caBundle}}" for index in (0, 1)]),
        ),
    ],
)
def test_a_webhook_is_ready_when_every_one_of_it_has_its_certificate(count: int, wait: str) -> None:
    (one,) = staged({"a": [webhook("hook", count)]})["webhooks"]
    assert one["metadata"]["annotations"][WAIT] == wait


def test_an_interceptor_is_ready_when_it_has_its_certificate() -> None:
    (one,) = staged(releases())["custom"]
    assert one["metadata"]["annotations"][WAIT] == "jsonpath={.spec.clientConfig.caBundle}"


def test_the_manifests_themselves_stay_as_they_were_fetched() -> None:
    fetched = releases()
    staged(fetched)
    assert fetched == releases()


def test_two_releases_with_one_object_are_refused_by_name() -> None:
    both: dict[str, Any] = {
        "one": [an_object("ConfigMap", "config", namespace="here")],
        "two": [an_object("ConfigMap", "config", namespace="here")],
    }
    with pytest.raises(TektonError, match="one and two both define ConfigMap/here/config"):
        staged(both)


def test_no_release_at_all_makes_an_empty_tekton() -> None:
    recording = record(lambda: Tekton("tekton", TektonArgs(releases={})), preview=True)
    assert [one.type for one in recording.resources] == ["tekton-builds:tekton:Tekton"]


@pytest.fixture
def recording() -> Recording:
    return record(lambda: Tekton("tekton", TektonArgs(releases=releases())))


def test_every_stage_waits_for_the_one_before(recording: Recording) -> None:
    groups = recording.all("ConfigGroup")
    assert [one.name for one in groups] == [f"tekton-{stage}" for stage in STAGES]
    for before, after in pairwise(groups):
        assert before.urn in after.dependencies, f"{after.name} may run into what {before.name} has not made"


def test_an_interceptor_is_there_before_the_server_that_fills_in_its_certificate(
    recording: Recording,
) -> None:
    (interceptor,) = recording.all("ClusterInterceptor")
    groups = {one.urn: one.name for one in recording.all("ConfigGroup")}
    found = [groups[urn] for urn in interceptor.dependencies if urn in groups]
    assert found == ["tekton-foundations"], "a server that starts without it looks again after a minute"
    later = [one.name for one in recording.all("ConfigGroup") if interceptor.urn in one.dependencies]
    assert not later, f"it is ready when the server has run: {later} would wait for it for ever"


def test_a_stage_is_given_as_text_that_any_yaml_reader_takes_for_many_documents(recording: Recording) -> None:
    group = recording.all("ConfigGroup")[0]
    text = group.plain()["yaml"]
    assert text.startswith("---\n"), "a reader that guesses would take a leading brace for JSON alone"
    assert list(yaml.safe_load_all(text)) == staged(releases())["foundations"]


def test_a_stage_that_holds_nothing_does_not_cut_the_chain() -> None:
    only = {"a": [an_object("Namespace", "here"), webhook("hook")]}
    first, second = record(lambda: Tekton("tekton", TektonArgs(releases=only))).all("ConfigGroup")
    assert (first.name, second.name) == ("tekton-foundations", "tekton-webhooks")
    assert first.urn in second.dependencies
