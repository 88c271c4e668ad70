"""Which cluster a stack is in, and what it refuses before anything is registered."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown

from components.cluster import existing as seam
from components.cluster.existing import ExistingCluster, ExistingClusterArgs, load_kubeconfig
from inspection import cluster as inspection
from inspection.kubeconfig import Kubeconfig
from settings import Existing
from tests.support.program import KUBECONFIG, UID, EmptyCluster
from tests.support.recorded import Recording, record

NAMESPACE = "kubernetes:core/v1:Namespace"
CLAIMS = (("Namespace", "builds"), ("ClusterRole", "a-role"), ("IngressClass", "nginx"))


def state(identifier: str = UID, uid: str = "of-builds", **more: Any) -> dict[str, Any]:
    """Answers of an engine whose stack has a namespace `builds`; identifier empty: as 4d96eb1 left it."""
    resources = {
        "urn:a::provider": {
            "type": "pulumi:providers:kubernetes",
            "outputs": {"clusterIdentifier": identifier} if identifier else {},
        },
        "urn:a::builds": {"type": NAMESPACE, "outputs": {"metadata": {"name": "builds", "uid": uid}}},
        **more,
    }
    return {
        "pulumi:pulumi:readStackOutputs": {"outputs": {"hooks_url": "http://hooks.example.com"}},
        "pulumi:pulumi:readStackResourceOutputs": {"outputs": resources},
    }


def run(
    folder: Path,
    *,
    look: Callable[[Kubeconfig], Any] = EmptyCluster,
    answers: Mapping[str, Any] | None = None,
    preview: bool = False,
    **settings: Any,
) -> Recording:
    file = folder / "kubeconfig"
    file.write_text(KUBECONFIG)
    given = Existing(kind="existing", kubeconfig=str(file), **settings)

    def body() -> None:
        args = ExistingClusterArgs(settings=given, kubeconfig=load_kubeconfig(given, None), claims=CLAIMS)
        ExistingCluster("cluster", args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspection, "look", look)
        return record(body, answers=answers, preview=preview)


def unreachable(_: Kubeconfig) -> Any:
    raise inspection.UnreachableError("Connection refused")


def provider(recording: Recording) -> Any:
    (found,) = [one for one in recording.resources if one.type == "pulumi:providers:kubernetes"]
    return found.plain()


def with_builds(kubeconfig: Kubeconfig) -> EmptyCluster:
    return EmptyCluster(kubeconfig, namespaces={"kube-system": UID, "builds": "of-builds"})


def test_the_provider_knows_the_cluster_by_its_uid_and_not_by_its_address(tmp_path: Path) -> None:
    assert provider(run(tmp_path))["clusterIdentifier"] == UID


def test_the_preview_of_a_new_stack_goes_on_without_a_cluster(tmp_path: Path) -> None:
    recording = run(tmp_path, look=unreachable, preview=True)
    unknown = provider(recording)["kubeconfig"]
    assert isinstance(unknown, Unknown), "with it unknown every object shows as new"
    (sentence,) = [line for line in recording.logged if "cannot be asked" in line]
    assert "https://192.0.2.1:6443" in sentence
    assert "Connection refused" in sentence


def test_an_up_without_the_cluster_ends_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(
        seam.ClusterError, match=r"leads to https://192\.0\.2\.1:6443, but that cannot be asked"
    ):
        run(tmp_path, look=unreachable)


@pytest.mark.parametrize("identifier", [UID, ""], ids=["now", "4d96eb1"])
def test_a_stack_that_is_in_a_cluster_is_not_planned_without_it(tmp_path: Path, identifier: str) -> None:
    with pytest.raises(seam.ClusterError, match="The stack has 1 objects there, and nothing can be planned"):
        run(tmp_path, look=unreachable, answers=state(identifier), preview=True)


def test_the_same_cluster_at_another_address_is_the_same(tmp_path: Path) -> None:
    assert provider(run(tmp_path, look=with_builds, answers=state()))["clusterIdentifier"] == UID


def test_another_cluster_is_refused_with_the_setting_that_chooses(tmp_path: Path) -> None:
    with pytest.raises(seam.ClusterError) as refusal:
        run(tmp_path, look=with_builds, answers=state("another-cluster"))
    sentence = str(refusal.value)
    for word in ("'somewhere'", "https://192.0.2.1:6443", "cluster.context", "pulumi stack init"):
        assert word in sentence
    assert "\n" not in sentence


def test_a_stack_of_before_knows_its_cluster_by_its_namespaces(tmp_path: Path) -> None:
    assert run(tmp_path, look=with_builds, answers=state(""))
    with pytest.raises(seam.ClusterError, match="another cluster"):
        run(tmp_path, look=with_builds, answers=state("", uid="of-another-builds"))


def test_a_stack_without_objects_may_go_to_any_cluster(tmp_path: Path) -> None:
    answers = state("another-cluster")
    del answers["pulumi:pulumi:readStackResourceOutputs"]["outputs"]["urn:a::builds"]
    assert provider(run(tmp_path, answers=answers))["clusterIdentifier"] == UID


@pytest.mark.parametrize("preview", [True, False])
def test_objects_of_somebody_else_are_refused_by_kind_and_name(tmp_path: Path, preview: bool) -> None:
    def look(kubeconfig: Kubeconfig) -> EmptyCluster:
        there = {"ClusterRole": ["a-role", "view"], "IngressClass": ["nginx"]}
        return EmptyCluster(kubeconfig, namespaces={"kube-system": UID, "builds": "theirs"}, there=there)

    with pytest.raises(seam.ClusterError) as refusal:
        run(tmp_path, look=look, preview=preview)
    assert "ClusterRole a-role, IngressClass nginx, Namespace builds already" in str(refusal.value)
    assert "cluster.adopt" in str(refusal.value), "an interrupted first `up` has left them"
    recording = run(tmp_path, look=look, preview=preview, adopt=True)
    assert any("takes them over" in line for line in recording.logged)


def test_the_stacks_own_objects_are_in_nobodys_way(tmp_path: Path) -> None:
    assert run(tmp_path, look=with_builds, answers=state())


def test_a_preview_says_that_tektons_webhook_is_down(tmp_path: Path) -> None:
    service = {"metadata": {"name": "tekton-pipelines-webhook", "namespace": "tekton-pipelines"}}
    answers = state(**{"urn:a::s": {"type": "kubernetes:core/v1:Service", "outputs": service}})

    def look(kubeconfig: Kubeconfig) -> EmptyCluster:
        silent = [("tekton-pipelines", "tekton-pipelines-webhook")]
        return EmptyCluster(kubeconfig, namespaces={"kube-system": UID, "builds": "of-builds"}, silent=silent)

    with pytest.raises(seam.ClusterError, match="webhook tekton-pipelines-webhook has no ready pod"):
        run(tmp_path, look=look, answers=answers, preview=True)
    assert run(tmp_path, look=look, answers=answers), "an `up` may be what mends it"


def test_a_named_context_reaches_the_provider(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match="has no context 'prod'; it has somewhere"):
        run(tmp_path, context="prod")
    assert "current-context: somewhere" in provider(run(tmp_path, context="somewhere"))["kubeconfig"]


def test_the_state_is_read_only_where_there_is_one(tmp_path: Path) -> None:
    """The engine panics when it is asked for the resources of a stack without a snapshot."""
    recording = run(tmp_path)  # the recorder fails the test at a question that has no answer
    (stash,) = [one for one in recording.resources if one.type == "pulumi:index:Stash"]
    assert stash.name == "cluster-state"
