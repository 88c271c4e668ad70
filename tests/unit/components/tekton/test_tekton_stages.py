"""The order in which Tekton's releases are applied, which is what makes a first run succeed."""

import json
from typing import Any

import pytest

from components.kube.waiting import IN_BACKGROUND
from components.tekton.tekton import STAGES, Tekton, TektonArgs, TektonError, group_by_stage
from tests.support.manifests import an_object, releases, webhook
from tests.support.recorded import Recording, record

WAIT = "pulumi.com/waitFor"


def kinds(stage: str) -> list[str]:
    return sorted(one["kind"] for one in group_by_stage(releases())[stage])


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
    assert sum(len(objects) for objects in group_by_stage(releases()).values()) == len(before)


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
    (one,) = group_by_stage({"a": [webhook("hook", count)]})["webhooks"]
    assert one["metadata"]["annotations"][WAIT] == wait


def test_nothing_waits_for_an_interceptor_as_its_certificate_comes_from_a_later_workload() -> None:
    (interceptor,) = group_by_stage(releases())["custom"]
    assert WAIT not in interceptor["metadata"].get("annotations", {}), (
        "five of them would hold the engine's eight places while the workloads need them"
    )


def test_a_service_is_not_waited_for_as_its_deployment_is() -> None:
    (service,) = [one for one in group_by_stage(releases())["workloads"] if one["kind"] == "Service"]
    assert service["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


def test_the_manifests_themselves_stay_as_they_were_fetched() -> None:
    fetched = releases()
    group_by_stage(fetched)
    assert fetched == releases()


def test_two_releases_with_one_object_are_refused_by_name() -> None:
    both: dict[str, Any] = {
        "one": [an_object("ConfigMap", "config", namespace="here")],
        "two": [an_object("ConfigMap", "config", namespace="here")],
    }
    with pytest.raises(TektonError, match="one and two both define ConfigMap/here/config"):
        group_by_stage(both)


def test_no_release_at_all_makes_an_empty_tekton() -> None:
    recording = record(lambda: Tekton("tekton", TektonArgs(releases={})), preview=True)
    assert [one for one in recording.resources if not one.component] == []


@pytest.fixture
def recording() -> Recording:
    return record(lambda: Tekton("tekton", TektonArgs(releases=releases())))


def test_every_object_of_a_release_is_a_resource_so_that_previews_and_policies_see_it(
    recording: Recording,
) -> None:
    names = sorted(
        one.plain()["metadata"]["name"] for one in recording.resources if one.kubernetes and one.released
    )
    assert names == sorted(one["metadata"]["name"] for objects in releases().values() for one in objects)


def test_workloads_find_their_kinds_and_their_configuration(recording: Recording) -> None:
    for workload in recording.all("Deployment"):
        for kind in ("CustomResourceDefinition", "ConfigMap", "Secret"):
            for one in recording.all(kind):
                assert one.urn in workload.dependencies, f"{workload.name} would start without {one.name}"


def test_webhooks_come_when_every_workload_runs(recording: Recording) -> None:
    (configuration,) = recording.all("ValidatingWebhookConfiguration")
    assert {one.urn for one in recording.all("Deployment")} <= set(configuration.dependencies)


def test_an_interceptor_is_there_before_the_server_that_fills_in_its_certificate(
    recording: Recording,
) -> None:
    (interceptor,) = recording.all("ClusterInterceptor")
    assert {one.urn for one in recording.all("CustomResourceDefinition")} <= set(interceptor.dependencies)
    server = recording.one("Deployment", "tekton-triggers-core-interceptors")
    assert interceptor.urn in server.dependencies, "a server that starts without it looks after a minute"


def test_what_is_in_tektons_namespace_goes_with_it_and_nothing_else_does(recording: Recording) -> None:
    namespace = recording.one("Namespace", "tekton-pipelines")
    for one in recording.resources:
        inside = (
            one.kubernetes and "namespace" in one.plain()["metadata"] and not one.type.endswith(":Deployment")
        )
        assert one.deleted_with == (namespace.urn if inside else ""), one.name


def test_pods_have_ended_when_the_namespaces_go(recording: Recording) -> None:
    namespaces = {one.urn for one in recording.all("Namespace")}
    for definition in recording.all("CustomResourceDefinition"):
        assert namespaces <= set(definition.dependencies), "the namespaces go after everything else"
    for workload in recording.all("Deployment"):
        assert workload.plain()["metadata"]["annotations"].items() >= IN_BACKGROUND.items(), (
            "the webhooks' pods take half a minute to end, and the rest need not wait for that"
        )


def test_who_depends_on_tekton_waits_for_its_webhooks_alone() -> None:
    made: list[Tekton] = []
    recording = record(lambda: made.append(Tekton("tekton", TektonArgs(releases=releases()))))
    (configuration,) = recording.all("ValidatingWebhookConfiguration")
    assert [one._name for one in made[0].ready] == [configuration.name], (
        "every object of Tekton's in every dependency makes states and commands slow"
    )


def test_a_stage_that_holds_nothing_does_not_cut_the_chain() -> None:
    only = {"a": [an_object("ConfigMap", "config", namespace="here"), webhook("hook")]}
    recording = record(lambda: Tekton("tekton", TektonArgs(releases=only)))
    (config,), (configuration,) = (
        recording.all("ConfigMap"),
        recording.all("ValidatingWebhookConfiguration"),
    )
    assert config.urn in configuration.dependencies


def test_a_stack_with_groups_keeps_every_object(recording: Recording) -> None:
    """The logical name is the one that the group's child had; the alias of the component does the rest."""
    for stage in STAGES:
        component = next(one for one in recording.all("Objects") if one.name == f"tekton-{stage}")
        assert component.alias_types == ("kubernetes:yaml/v2:ConfigGroup",)
    assert recording.one("ConfigMap", "feature-flags").name == "tekton-plain:tekton-pipelines/feature-flags"
    assert recording.one("Namespace", "tekton-pipelines").name == "tekton-foundations:tekton-pipelines"
