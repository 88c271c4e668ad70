"""The tutorial's Task `docker-socket`: an image by Docker, with a daemon of its own beside the step.

Parameters carry the tutorial's names and defaults. What differs: client and daemon are one version, the step
waits for a daemon that answers, the password is never an argument, `registry_mirror` may stay empty, and
there are results. The daemon is privileged: a Dockerfile has the node. Rootless BuildKit is the default.
"""

from pipelines.tasks import (
    UNPRIVILEGED,
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

NAME = "docker-socket"
PARAMS = {
    "image": (None, "Name of the image, without registry and tag."),
    "tag": (None, "Tag of the image."),
    "registry_url": (None, "Host of the registry, as docker.io."),
    "subdirectory": (None, "Folder of the workspace with the repository; empty: the workspace itself."),
    "registry_mirror": (
        "",
        "Path between registry and image; empty: at docker.io the user's name, else none.",
    ),
    "dockerfile_path": ("Dockerfile", "Path of the Dockerfile in the context."),
    "context": (".", "Folder in the repository that is built."),
    "tags": ("", "More tags of the same image, separated by spaces."),
    "revision": ("", "The commit that is built, for the image's label; empty: no label."),
    "source": ("", "Where it comes from, for the image's label; empty: no label."),
}
WORKSPACES = {
    "source": (False, "The repository's files."),
    "registry-auth": (True, "A Secret with username, password and config.json."),
}
RESULTS = {
    "IMAGE_URL": "The image that was pushed, with its tag.",
    "IMAGE_DIGEST": "Its digest.",
}
_VARIABLES = {
    "IMAGE": "image",
    "TAG": "tag",
    "REGISTRY_URL": "registry_url",
    "SUBDIRECTORY": "subdirectory",
    "REGISTRY_MIRROR": "registry_mirror",
    "DOCKERFILE_PATH": "dockerfile_path",
    "CONTEXT": "context",
    "TAGS": "tags",
    "REVISION": "revision",
    "SOURCE": "source",
}


NOTE = "/var/run/took-too-much-disk"
"""The daemon's word to the step, in the folder with its socket."""


def spec(client: str, daemon: str, bounds: Bounds, *, flags: str = "") -> Object:
    """TaskSpec (tekton.dev/v1).

    The images keep the contract of docker:VERSION-cli and -dind; `bounds` are of one build; `flags` are more
    of the daemon's, separated by spaces.
    """
    socket = {"name": "dind-socket", "mountPath": "/var/run"}
    return {
        "description": "Builds an image from a Dockerfile with a privileged Docker daemon, and pushes it.",
        "params": params(PARAMS),
        "workspaces": workspaces(WORKSPACES),
        "results": results(RESULTS),
        "steps": [
            {
                "name": "docker-build",
                "image": client,
                "script": script("build_bounds.sh") + script("docker_build.sh"),
                "env": environment(
                    DOCKER_HOST="unix:///var/run/docker.sock",
                    NOTE=NOTE,
                    **bounds.environment,
                    **{variable: f"$(params.{name})" for variable, name in _VARIABLES.items()},
                    **workspace_environment(*WORKSPACES),
                    **{f"RESULT_{name}_PATH": f"$(results.{name}.path)" for name in RESULTS},
                ),
                "securityContext": UNPRIVILEGED,
                "computeResources": {
                    "requests": {"cpu": "100m", "memory": "128Mi"},
                    "limits": {"cpu": str(bounds.cpus), "memory": "1Gi", "ephemeral-storage": "1Gi"},
                },
                "volumeMounts": [socket],
            }
        ],
        "sidecars": [
            {
                "name": "server",
                "image": daemon,
                "script": script("build_bounds.sh") + script("docker_daemon.sh"),
                "env": environment(
                    DOCKER_TLS_CERTDIR="",  # the socket is all that listens
                    FLAGS=flags,
                    SOCKET_GROUP=str(USER),
                    NOTE=NOTE,
                    **bounds.environment,
                ),
                "securityContext": {
                    "privileged": True,
                    "runAsNonRoot": False,
                    "runAsUser": 0,
                    "runAsGroup": 0,
                },
                "computeResources": bounds.resources(),
                "volumeMounts": [{"name": "dind-storage", "mountPath": "/var/lib/docker"}, socket],
            }
        ],
        "volumes": [
            {"name": "dind-storage", "emptyDir": {"sizeLimit": bounds.kubelet_disk}},
            {"name": "dind-socket", "emptyDir": {}},
        ],
    }
