"""The Task `build-image`: an image from a Dockerfile by rootless BuildKit, pushed to a registry.

No privilege: a buildkitd of its own, as user 1000 in a user namespace. That takes newuidmap, hence
allowPrivilegeEscalation, and no seccomp profile, because RuntimeDefault forbids the namespace. Both are
within Pod Security `baseline`, not `restricted`. Where builds share a buildkitd, the step only calls it, and
needs none of that.
"""

from dataclasses import dataclass
from typing import Any

from pipelines.tasks import (
    RESTRICTED,
    USER,
    Object,
    environment,
    params,
    results,
    script,
    workspace_environment,
    workspaces,
)
from pipelines.tasks.bounds import Bounds

NAME = "build-image"
PARAMS = {
    "image": (None, "The image's repository, without a tag."),
    "tag": (None, "The image's tag."),
    "context": (".", "Folder in the workspace source that is built."),
    "dockerfile": ("Dockerfile", "Path of the Dockerfile in the context."),
    "tags": ("", "More tags of the same image, separated by spaces."),
    "revision": ("", "The commit that is built, for the image's label; empty: no label."),
    "source": ("", "Where it comes from, for the image's label; empty: no label."),
    "cache": ("", "Tag beside the image that keeps its layers for the next build; empty: nothing is kept."),
}
WORKSPACES = {
    "source": (False, "The repository's files."),
    "registry-auth": (True, "A Secret with config.json, as `docker login` writes it, for every registry."),
}
RESULTS = {
    "IMAGE_URL": "The image that was pushed, with its tag.",
    "IMAGE_DIGEST": "Its digest.",
}


CERTIFICATES = "/buildkitd-certificates"
LAYERS = "/home/user/.local/share/buildkit"


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A buildkitd that others use too."""

    address: str
    """As tcp://HOST:PORT."""
    secret: Any
    """Name of the Secret with ca.pem, cert.pem and key.pem, by which it knows a build."""


def spec(image: str, bounds: Bounds, *, config: str = "", shared: Shared | None = None) -> Object:
    """TaskSpec (tekton.dev/v1).

    `image` keeps the contract of moby/buildkit's rootless images; `bounds` are of one build; `config` is its
    buildkitd's buildkitd.toml, of no use to a build that has a `shared` one.
    """
    step: Object
    if shared:
        step = {
            "securityContext": RESTRICTED,
            "computeResources": {
                "requests": {"cpu": "50m", "memory": "64Mi"},
                "limits": {"cpu": str(bounds.cpus), "memory": "512Mi", "ephemeral-storage": "1Gi"},
            },
            "volumeMounts": [{"name": "certificates", "mountPath": CERTIFICATES, "readOnly": True}],
        }
        volume = {"name": "certificates", "secret": {"secretName": shared.secret}}
    else:
        step = {
            "securityContext": {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER},
            "computeResources": bounds.resources(),
            "volumeMounts": [{"name": "buildkit", "mountPath": LAYERS}],
        }
        # Layers on the container's own overlay would make BuildKit copy every file.
        volume = {"name": "buildkit", "emptyDir": {"sizeLimit": bounds.kubelet_disk}}
    return {
        "description": "Builds an image from a Dockerfile without privileges, and pushes it.",
        "params": params(PARAMS),
        "workspaces": workspaces(WORKSPACES),
        "results": results(RESULTS),
        "steps": [
            {
                "name": "build-and-push",
                "image": image,
                "script": script("build_bounds.sh") + script("build_image.sh"),
                "env": environment(
                    PARAM_IMAGE="$(params.image)",
                    PARAM_TAG="$(params.tag)",
                    PARAM_CONTEXT="$(params.context)",
                    PARAM_DOCKERFILE="$(params.dockerfile)",
                    PARAM_TAGS="$(params.tags)",
                    PARAM_REVISION="$(params.revision)",
                    PARAM_SOURCE="$(params.source)",
                    PARAM_CACHE="$(params.cache)",
                    **(
                        {"SHARED_BUILDKITD": shared.address, "CERTIFICATES": CERTIFICATES}
                        if shared
                        else {"SHARED_BUILDKITD": "", "BUILDKITD_CONFIG": config, "LAYERS": LAYERS}
                    ),
                    **bounds.environment,
                    **workspace_environment(*WORKSPACES),
                    **{f"RESULT_{name}_PATH": f"$(results.{name}.path)" for name in RESULTS},
                ),
                **step,
            }
        ],
        "volumes": [volume],
    }
