"""Which images a stack may run."""

from typing import Any

import pytest

from policy.rules import UNKNOWN, exact_images
from policy.rules.images import moves
from tests.unit.policy.judge import Case, assert_accepted, refusal
from tests.unit.policy.shapes import AROUND_CONTAINER, deployment, pod, task

DIGEST = "@sha256:" + "5" * 64
TEKTON = "kubernetes:tekton.dev/v1:"


def param(name: str, default: Any) -> dict[str, Any]:
    return {"name": name, "default": default}


def steps(*images: str, **more: Any) -> dict[str, Any]:
    return {"steps": [{"image": image} for image in images], **more}


def pipeline(task_spec: dict[str, Any], **more: Any) -> Case:
    arguments = more.pop("arguments", [])
    tasks = [{"name": "t", "taskSpec": task_spec, "params": arguments}]
    return f"{TEKTON}Pipeline", {"spec": {"tasks": tasks, **more}}


def template(image: str, default: str) -> Case:
    run = {"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "spec": {"taskSpec": steps(image)}}
    spec = {"params": [param("image", default)], "resourcetemplates": [run]}
    return "kubernetes:triggers.tekton.dev/v1beta1:TriggerTemplate", {"spec": spec}


@pytest.mark.parametrize(
    "image",
    [
        *("a", "a:latest", "a:Latest", "a:latest-alpine", "a:3-latest", "a:stable", "docker.io/library/a"),
        *("registry.example.com:5000/a", "registry.example.com:5000/a:main", "a@sha256:123"),
    ],
)
def test_a_name_without_a_version_moves(image: str) -> None:
    assert moves(image)
    assert image in refusal(exact_images, deployment(image=image))


@pytest.mark.parametrize(
    "image", ["a:1", "registry.example.com:5000/a:v1.2-alpine", "a:main-5f3c2d1", f"a{DIGEST}"]
)
def test_an_exact_tag_or_a_digest_is_accepted(image: str) -> None:
    assert_accepted(exact_images, deployment(image=image))


@pytest.mark.parametrize("place", AROUND_CONTAINER)
def test_an_image_is_seen_wherever_its_container_is(place: str) -> None:
    around = AROUND_CONTAINER[place]
    assert "busybox" in refusal(exact_images, around({"name": "c", "image": "busybox"}))
    assert_accepted(exact_images, around({"name": "c", "image": "busybox:1.37"}))


def test_so_is_a_volume_with_an_images_files() -> None:
    refusal(exact_images, pod(volumes=[{"name": "v", "image": {"reference": "busybox"}}]))
    assert_accepted(exact_images, pod(volumes=[{"name": "v", "image": {"reference": f"busybox{DIGEST}"}}]))


@pytest.mark.parametrize(
    "case",
    [
        task(**steps("$(params.image)", params=[param("image", "a:latest")])),
        task(**steps("$(inputs.params.image)", params=[param("image", "a")])),
        task(**steps('$(params["image"])', params=[param("image", "a")])),
        task(**steps("$(params['builder.image'])", params=[param("builder.image", "a")])),
        task(**steps("a:$(params.version)", params=[param("version", "latest")])),
        task(
            **steps("$(params.host)/a:latest", params=[{"name": "host"}, param("other", "b")]),
            sidecars=[{"image": "a"}],
        ),
        task(**steps("$(params.images.build)", params=[param("images", {"build": "a:latest"})])),
        task(**steps("$(params.images[1])", params=[param("images", ["a:1", "a:latest"])])),
        task(stepTemplate={"image": "$(params.image)"}, steps=[{"name": "s"}], params=[param("image", "a")]),
        (f"{TEKTON}StepAction", {"spec": {"image": "$(params.image)", "params": [param("image", "a")]}}),
        (f"{TEKTON}ClusterTask", {"spec": steps("$(params.image)", params=[param("image", "a")])}),
        pipeline(steps("$(params.image)"), params=[param("image", "a:latest")]),
        pipeline(steps("$(params.image)", params=[param("image", "a:latest")])),
        pipeline(steps("$(params.image)"), arguments=[{"name": "image", "value": "a:latest"}]),
        pipeline(
            steps("$(params.image)", params=[param("image", "a:1")]),
            arguments=[{"name": "image", "value": "$(params.builder)"}],
            params=[param("builder", "a:latest")],
        ),
        template("$(tt.params.image)", "a:latest"),
    ],
)
def test_an_image_is_what_its_parameters_default_says(case: Case) -> None:
    assert "latest" in refusal(exact_images, case) or "image a " in refusal(exact_images, case)


@pytest.mark.parametrize(
    "case",
    [
        task(**steps("$(params.image)", params=[param("image", "a:1")])),
        task(**steps("$(params.image)", params=[{"name": "image"}])),
        task(**steps("a:$(params.version)", params=[param("version", "1.2")])),
        task(**steps("$(steps.find.results.image)")),
        task(**steps("a:1", params=[param("other", "a:latest")])),
        # The default is of no use where the caller passes a value.
        pipeline(
            steps("$(params.image)", params=[param("image", "a:latest")]),
            arguments=[{"name": "image", "value": "a:1"}],
        ),
        pipeline(
            steps("$(params.image)", params=[param("image", "a:latest")]),
            arguments=[{"name": "image", "value": "$(tasks.find.results.image)"}],
        ),
        template("$(params.image)", "a:latest"),  # another name: a TriggerTemplate's own begin with tt.
        deployment(image=UNKNOWN),
    ],
)
def test_what_is_exact_or_known_to_a_run_alone_is_accepted(case: Case) -> None:
    assert_accepted(exact_images, case)


@pytest.mark.parametrize(
    "release", ["tekton-pipelines", "tekton-triggers", "tekton-dashboard", "ingress-nginx"]
)
def test_what_is_of_a_release_has_a_digest(release: str) -> None:
    labels = {"app.kubernetes.io/part-of": release}
    assert "digest" in refusal(exact_images, deployment(labels, image="ghcr.io/upstream/a:v1"))
    assert_accepted(exact_images, deployment(labels, image=f"ghcr.io/upstream/a:v1{DIGEST}"))


def test_what_the_program_puts_beside_a_release_is_none_of_it() -> None:
    """As oauth2-proxy, in front of the Dashboard."""
    labels = {"app.kubernetes.io/part-of": "tekton-builds"}
    assert_accepted(exact_images, deployment(labels, image="quay.io/oauth2-proxy/oauth2-proxy:v7.15.6"))
    refusal(exact_images, deployment(labels, image="quay.io/oauth2-proxy/oauth2-proxy"))
