"""The Task `build-image`: an image from a Dockerfile by rootless BuildKit, pushed to a registry.

No privilege and no daemon: a buildkitd of its own, as user 1000 in a user namespace. That takes newuidmap,
hence allowPrivilegeEscalation, and no seccomp profile, because RuntimeDefault forbids the namespace. Both are
within Pod Security `baseline`, not `restricted`.
"""

from components.tasks import USER, Object, environment, script, workspace_environment

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
    "insecureRegistry": ("", "A registry that is spoken to over plain HTTP, as HOST:PORT; empty: none."),
}
WORKSPACES = {
    "source": (False, "The repository's files."),
    "registry-auth": (True, "A Secret with config.json, as `docker login` writes it."),
}
RESULTS = {
    "IMAGE_URL": "The image that was pushed, with its tag.",
    "IMAGE_DIGEST": "Its digest.",
}


def spec(image: str, memory: str) -> Object:
    """TaskSpec (tekton.dev/v1). `image` keeps the contract of moby/buildkit's rootless images; `memory`
    is the most that a build may take, as 4Gi.
    """
    return {
        "description": "Builds an image from a Dockerfile without privileges, and pushes it.",
        "params": [
            {
                "name": name,
                "type": "string",
                "description": text,
                **({} if default is None else {"default": default}),
            }
            for name, (default, text) in PARAMS.items()
        ],
        "workspaces": [
            {"name": name, "description": text, **({"optional": True} if optional else {})}
            for name, (optional, text) in WORKSPACES.items()
        ],
        "results": [{"name": name, "description": text} for name, text in RESULTS.items()],
        "steps": [
            {
                "name": "build-and-push",
                "image": image,
                "script": script("build_image.sh"),
                "env": environment(
                    PARAM_IMAGE="$(params.image)",
                    PARAM_TAG="$(params.tag)",
                    PARAM_CONTEXT="$(params.context)",
                    PARAM_DOCKERFILE="$(params.dockerfile)",
                    PARAM_TAGS="$(params.tags)",
                    PARAM_REVISION="$(params.revision)",
                    PARAM_SOURCE="$(params.source)",
                    PARAM_CACHE="$(params.cache)",
                    PARAM_INSECURE_REGISTRY="$(params.insecureRegistry)",
                    **workspace_environment(*WORKSPACES),
                    **{f"RESULT_{name}_PATH": f"$(results.{name}.path)" for name in RESULTS},
                ),
                "securityContext": {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER},
                "computeResources": {
                    "requests": {"cpu": "250m", "memory": "512Mi"},
                    "limits": {"memory": memory},
                },
                "volumeMounts": [{"name": "buildkit", "mountPath": "/home/user/.local/share/buildkit"}],
            }
        ],
        # Layers on the container's own overlay would make BuildKit copy every file.
        "volumes": [{"name": "buildkit", "emptyDir": {}}],
    }
