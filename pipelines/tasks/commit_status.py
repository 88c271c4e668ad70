"""The Task `commit-status`: tells the forge how a commit's build stands.

GitHub's API and Gitea's are the same here (POST /repos/OWNER/NAME/statuses/SHA). It never fails: a forge that
cannot be told is no reason for a build to fail.
"""

from pipelines.tasks import RESTRICTED, Object, environment, script, workspace_environment

NAME = "commit-status"
TIMEOUT = "2m0s"  # with the image's download; the script itself gives up after a minute
PARAMS = {
    "api": "Base of the forge's API, as https://api.github.com.",
    "repository": "OWNER/NAME.",
    "revision": "The commit, in full.",
    "context": "Name of the status: a commit has one of each name.",
    "run": "The PipelineRun.",
    "namespace": "Its namespace.",
    "link": "Address of the page on PipelineRuns, to which the run's name is added; empty: no link.",
    "outcome": "pending, or what $(tasks.status) is: Succeeded, Completed, Failed or None.",
    "tasks": "TASK=REASON of every task, separated by spaces.",
}
TOKEN = "token"


def spec(image: str) -> Object:
    """TaskSpec (tekton.dev/v1). `image` has curl and sh."""
    return {
        "description": "Tells the forge how the build of a commit stands. It never fails.",
        "params": [
            {"name": name, "type": "string", "description": text, "default": ""}
            for name, text in PARAMS.items()
        ],
        "workspaces": [
            {"name": TOKEN, "description": "A Secret with token: it may write commit statuses, and no more."}
        ],
        "steps": [
            {
                "name": "report",
                "image": image,
                "script": script("commit_status.sh"),
                "env": environment(
                    **{f"PARAM_{name.upper()}": f"$(params.{name})" for name in PARAMS},
                    **workspace_environment(TOKEN),
                ),
                "securityContext": RESTRICTED,
                "computeResources": {
                    "requests": {"cpu": "20m", "memory": "32Mi"},
                    "limits": {"memory": "128Mi"},
                },
            }
        ],
    }
