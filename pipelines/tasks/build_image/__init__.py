"""The two forms of the Task `build-image`.

No privilege: a buildkitd of its own, as user 1000 in a user namespace. That takes newuidmap, hence
allowPrivilegeEscalation, and no seccomp profile, because RuntimeDefault forbids the namespace. Both are
within Pod Security `baseline`, not `restricted`. Where builds share a buildkitd, the step only calls it, and
needs none of that.
"""

from dataclasses import dataclass
from typing import Any

from pipelines.tasks import BUILD_IMAGE, USER, Object
from pipelines.tasks.bounds import Bounds

ROOTLESS = {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER}
RESTRICTED = {
    **ROOTLESS,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
# What of task.yaml is of one form alone: variables, volumes and their mounts, by name.
OF_SHARED = {"CERTIFICATES", "certificates"}
OF_OWN = {"BUILDKITD_CONFIG", "LAYERS", "buildkit"}


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
    values = bounds.values | {"image": image, "config": config, "address": "", "secret": ""}
    if shared:
        values |= {"address": shared.address, "secret": shared.secret, "resources": _of_a_caller(bounds)}
    task = BUILD_IMAGE.spec(**values, security_context=RESTRICTED if shared else ROOTLESS)
    (step,) = task["steps"]
    unused = OF_OWN if shared else OF_SHARED
    for holder, key in ((step, "env"), (step, "volumeMounts"), (task, "volumes")):
        holder[key] = [entry for entry in holder[key] if entry["name"] not in unused]
    return task


def _of_a_caller(bounds: Bounds) -> Object:
    """Requests and limits of a step that calls a shared buildkitd."""
    return {
        "requests": {"cpu": "50m", "memory": "64Mi"},
        "limits": {"cpu": str(bounds.cpus), "memory": "512Mi", "ephemeral-storage": "1Gi"},
    }
