"""What holds for every resource of the program, whichever component made it."""

import json
from typing import Any

import yaml

from inspection.cluster import PATHS
from tests.support import program
from tests.support.recorded import OUTPUTS, SECRET_MARK, Recording

CLUSTER_WIDE = {*PATHS, "ClusterInterceptor"}
GENERATED = OUTPUTS["random:index/randomPassword:RandomPassword"]["result"]


def _kind(type_: str) -> str:
    return type_.rpartition(":")[2]


def test_every_resource_hangs_under_a_component_so_that_a_preview_reads_as_a_tree(
    recording: Recording,
) -> None:
    for one in recording.resources:
        if one.component or one.type == "pulumi:providers:random":
            continue
        assert "tekton-builds:" in one.parent, f"{one.name} ({one.type}) has no component as its parent"


def test_every_resource_names_its_provider_so_that_no_kubectl_context_decides(recording: Recording) -> None:
    for one in recording.resources:
        if one.type.startswith("pulumi:") or one.component:
            continue
        assert one.provider, f"{one.name} ({one.type}) would use a default provider"


def test_every_namespaced_object_says_its_namespace(recording: Recording) -> None:
    for one in recording.resources:
        if one.kubernetes and _kind(one.type) not in CLUSTER_WIDE:
            assert one.plain()["metadata"].get("namespace"), f"{one.name} lands in the context's namespace"


def test_every_object_waits_for_a_quota_that_does_not_count_its_kind_yet(recording: Recording) -> None:
    for one in recording.resources:
        assert ("quota-retry" in one.error_hooks) == one.kubernetes, (
            f"{one.name} ({one.type}) ends a first `up` on TKE, where every namespace has a quota"
        )


def test_every_object_of_ours_carries_our_labels_and_an_exact_name(recording: Recording) -> None:
    for one in recording.resources:
        if one.kubernetes and not one.released:
            meta = one.plain()["metadata"]
            assert meta["labels"]["app.kubernetes.io/part-of"] == "tekton-builds", f"{one.name} has no labels"
            assert meta["name"], f"{one.name} gets a random suffix, and what refers to it by name fails"


def test_no_secret_stands_in_the_clear_in_what_the_engine_gets(recording: Recording) -> None:
    secret = [program.PASSWORD, program.TOKEN, "kube-to-ken", GENERATED]
    for one in recording.resources:
        bare = json.dumps(_without_secrets(one.inputs))
        for value in secret:
            assert value not in bare, f"{one.name} ({one.type}) would put a secret into the state"


def test_every_secret_of_the_cluster_holds_only_secret_values(recording: Recording) -> None:
    found = [one for one in recording.all("Secret") if not one.released]
    assert {one.plain()["metadata"]["name"] for one in found} == {
        "github-secret",
        "registry-auth",
        "git-basic-auth",
        "dashboard-login",
    }, "a Secret more or less than the program is known to make"
    for one in found:
        data = one.inputs.get("stringData") or one.inputs.get("data")
        assert SECRET_MARK in (data or {}), f"{one.name}: its data is not marked as secret"


def test_the_outputs_are_those_that_people_and_scripts_read(recording: Recording) -> None:
    values = {name: export.value for name, export in recording.exports.items()}
    values["kubeconfig"] = yaml.safe_load(values["kubeconfig"])
    assert values == {
        "hooks_url": "http://hooks.example.com/hooks",
        "webhook_secret": GENERATED,
        "load_balancer_ip": "192.0.2.7",
        "namespace": "builds",
        "repositories": {"team/shop": ["main", "release/1.x"]},
        "kubeconfig": yaml.safe_load(program.KUBECONFIG),
        "dashboard_url": "http://tekton.k8s.local",
        "dashboard_password": GENERATED,
    }


def test_only_the_outputs_that_must_be_are_secret(recording: Recording) -> None:
    secret = {name for name, export in recording.exports.items() if export.secret}
    assert secret == {"webhook_secret", "kubeconfig", "dashboard_password"}, (
        "an output that is secret cannot be read by `stack output`"
    )


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        if SECRET_MARK in value:
            return "[secret]"
        return {key: _without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return value
