"""Images at another registry: every one of them, under names that anybody can tell beforehand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from releases import required
from releases.image_mirror import images, mirror_manifest_images
from settings import Images, Settings
from settings.image_reference import mirror_reference
from tests.support import program
from tests.support.manifests import PATHS, an_object, pages, served
from tests.support.recorded import Recording
from tests.unit.settings.loading import load, refusal

MIRROR = "registry.example.com/mirror"
DIGEST = "@sha256:" + "5" * 64
# A host and a path, with a tag or a digest: no URL, which has a scheme before it.
HOSTED = re.compile(r"(?<![\w/.@-])((?:[\w-]+\.)+[a-z]+(?::\d+)?)/[\w./-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})")


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("ghcr.io/tektoncd/pipeline/controller:v1.15.0" + DIGEST, None),
        ("registry.k8s.io/ingress-nginx/controller:v1.15.1", None),
        ("alpine:3", "docker.io/library/alpine:3"),
        ("alpine/git:v2.54.0", "docker.io/alpine/git:v2.54.0"),
        ("docker.io/alpine:3", "docker.io/library/alpine:3"),
        ("docker.io/library/docker:29.8.1-cli", None),
        ("index.docker.io/library/x" + DIGEST, "docker.io/library/x" + DIGEST),
        ("registry.example.org:5000/x:1", "registry.example.org_5000/x:1"),
        ("localhost/x:1", None),
    ],
)
def test_an_image_has_its_whole_name_at_the_mirror(reference: str, name: str | None) -> None:
    assert mirror_reference(reference, MIRROR) == f"{MIRROR}/{name or reference}"


def test_what_is_at_the_mirror_stays_there_and_without_one_everything_stays() -> None:
    once = mirror_reference("alpine:3", MIRROR)
    assert mirror_reference(once, MIRROR) == once
    assert mirror_reference("alpine:3", "") == "alpine:3", "not even the short form changes"


def a_release() -> list[dict[str, Any]]:
    """Every place in which Tekton's manifests name images, and some that only look so."""
    ours = f"ghcr.io/tektoncd/pipeline/entrypoint:v1.15.0{DIGEST}"
    container = {
        "name": "controller",
        "image": f"ghcr.io/tektoncd/pipeline/controller:v1.15.0{DIGEST}",
        "args": [
            *("-entrypoint-image", ours, "-nop-image", "ghcr.io/tektoncd/pipeline/nop:v1"),
            *("-shell-image", f"cgr.dev/chainguard/busybox{DIGEST}"),
            *("-shell-image-win", f"mcr.microsoft.com/powershell:nanoserver{DIGEST}"),
            "--el-image=ghcr.io/tektoncd/triggers/eventlistenersink:v0.37.0",
            *("-image-pull-policy", "IfNotPresent", "-url", "https://infra.tekton.dev/a:1", "host:8080"),
        ],
        "env": [
            {"name": "IMAGE_SHELL", "value": "cgr.dev/chainguard/shell:1"},
            {"name": "NOTE", "value": f"ghcr.io/tektoncd/note{DIGEST}"},
            {"name": "METRICS_DOMAIN", "value": "tekton.dev/pipeline"},
            {"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        ],
    }
    schema = {"properties": {"image": {"type": "string", "default": "x:1"}}}
    return [
        an_object("Deployment", "a", api="apps/v1", spec={"template": {"spec": {"containers": [container]}}}),
        an_object("CustomResourceDefinition", "b", spec={"group": "example.com", "schema": schema}),
        an_object("ConfigMap", "c", data={"image": "no reference, and nobody pulls it"}),
        an_object("Task", "d", spec={"steps": [{"image": "bash:5"}], "sidecars": [{"image": "redis:7"}]}),
    ]


FOUND = [
    f"ghcr.io/tektoncd/pipeline/controller:v1.15.0{DIGEST}",
    f"ghcr.io/tektoncd/pipeline/entrypoint:v1.15.0{DIGEST}",
    "ghcr.io/tektoncd/pipeline/nop:v1",
    f"cgr.dev/chainguard/busybox{DIGEST}",
    f"mcr.microsoft.com/powershell:nanoserver{DIGEST}",
    "ghcr.io/tektoncd/triggers/eventlistenersink:v0.37.0",
    "cgr.dev/chainguard/shell:1",
    f"ghcr.io/tektoncd/note{DIGEST}",
    "bash:5",
    "redis:7",
]


def test_images_are_found_in_containers_arguments_and_environment() -> None:
    assert images(a_release()) == FOUND


def test_the_mirrors_objects_are_upstreams_but_for_the_images_hosts() -> None:
    before = a_release()
    there = mirror_manifest_images(before, MIRROR)
    assert before == a_release(), "the given objects are somebody else's"
    assert mirror_manifest_images(before, "") == before
    back = re.sub(rf"{MIRROR}/(docker\.io/library/)?", "", str(there))
    assert back == str(before), "nothing but hosts differs, and digests stay"
    assert images(there) == [mirror_reference(image, MIRROR) for image in FOUND]


def settings_of(folder: Path, **other: Any) -> dict[str, Any]:
    return {**program.config(folder / "kubeconfig"), **other}


VARIANTS: dict[str, dict[str, Any]] = {
    "what is deployed when nothing is said": {},
    "docker, and a login elsewhere": {
        "builder": {"kind": "docker"},
        "dashboard": {"auth": {"kind": "oauth2-proxy", "clientId": "a", "githubOrg": "b"}},
    },
    "no controller": {"ingress": {"kind": "none"}},
    "somebody who is told": {"commitStatus": {"api": "https://git.example.com/api/v1"}},
}
SECRETS = {**program.SECRETS, "dashboardClientSecret": "a", "statusToken": "a"}


def secrets_of(variant: dict[str, Any]) -> dict[str, str]:
    unused = {"dashboardClientSecret"} if "auth" not in variant.get("dashboard", {}) else set()
    unused |= {"statusToken"} if "commitStatus" not in variant else set()
    return {key: value for key, value in SECRETS.items() if key not in unused}


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[dict[str, Any], Recording]]:
    """The settings of a stack with a mirror, and what it registers."""
    release = [{**one, "kind": "Job"} if one["kind"] == "Task" else one for one in a_release()]
    given = settings_of(tmp_path, mirror=MIRROR, **request.param)
    text = pages()
    text[PATHS["tekton-interceptors"]] = yaml.safe_dump_all(release)
    with (
        served(lambda path: (200, {}, text[path]) if path in text else (404, {}, "")) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        yield given, program.run({**given, "releaseMirror": address}, secrets_of(request.param))


def objects(recording: Recording) -> Iterator[dict[str, Any]]:
    """What goes into the cluster."""
    return (one.plain() for one in recording.resources if one.kubernetes)


def test_no_object_names_a_host_that_is_not_mirrored(stack: tuple[dict[str, Any], Recording]) -> None:
    _, recording = stack
    for one in objects(recording):
        for text in texts(one):
            for host in HOSTED.findall(text):
                name = one["metadata"]["name"]
                assert host == "registry.example.com", f"{name} names {host}: {text[:200]}"


def test_what_is_copied_is_what_the_objects_name(stack: tuple[dict[str, Any], Recording]) -> None:
    given, recording = stack
    chosen = required.images_of(Settings.model_validate(given).mirrored())
    copied = {*chosen, *(mirror_reference(image, MIRROR) for image in FOUND)}
    named = set(images(objects(recording)))
    assert named <= copied, "`make mirror` would leave it out"
    assert len(named) > len(FOUND), "the recording is not the program's"


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def test_the_defaults_are_mirrored_and_an_image_that_somebody_names_is_that_one(tmp_path: Path) -> None:
    own = "registry.example.org/git:1"
    # The CLI gives a program the defaults of Pulumi.yaml as if somebody had set them.
    given = settings_of(tmp_path, mirror=MIRROR, images={**Images().model_dump(by_alias=True), "git": own})
    found = load(given).images
    assert found.git == own
    assert found.kubectl == f"{MIRROR}/{Images().kubectl}"
    assert load(settings_of(tmp_path)).images == Images()


@pytest.mark.parametrize("mirror", ["https://a.example.com", "a.example.com/", "A.example.com", "a b"])
def test_a_mirror_is_a_registry_and_a_path(tmp_path: Path, mirror: str) -> None:
    (said,) = refusal(settings_of(tmp_path, mirror=mirror))
    assert said.startswith(f"mirror is '{mirror}', but must be empty, or HOST, HOST:PORT or HOST/PATH")
