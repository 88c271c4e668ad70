"""The tutorial's Tasks keep their parameters, defaults and results: others may use them too."""

from pipelines.tasks import DOCKER_SOCKET, GIT_CLONE
from tests.support.steps import BOUNDS


def test_the_clone_keeps_the_tutorials_parameters_defaults_and_results() -> None:
    spec = GIT_CLONE.spec(image="git:1")
    defaults = {one["name"]: one.get("default") for one in spec["params"]}
    assert defaults == {
        "url": None,
        "revision": "",
        "refspec": "",
        "submodules": "true",
        "lfs": "false",
        "loginUrls": "",
        "before": "",
        "folders": "",
        "depth": "1",
        "sslVerify": "true",
        "crtFileName": "ca-bundle.crt",
        "subdirectory": "",
        "sparseCheckoutDirectories": "",
        "deleteExisting": "true",
        "httpProxy": "",
        "httpsProxy": "",
        "noProxy": "",
        "verbose": "true",
        "gitInitImage": "git:1",
        "userHome": "/home/nonroot",
    }
    assert [one["name"] for one in spec["results"]] == ["commit", "commit_short", "url", "changed"]
    assert {one["name"]: one.get("optional", False) for one in spec["workspaces"]} == {
        "output": False,
        "ssh-directory": True,
        "basic-auth": True,
        "ssl-ca-directory": True,
    }


def test_docker_keeps_the_tutorials_parameters_and_defaults() -> None:
    spec = DOCKER_SOCKET.spec(client="docker:1-cli", daemon="docker:1-dind", flags="", **BOUNDS.values)
    defaults = {one["name"]: one.get("default") for one in spec["params"]}
    assert defaults == {
        "image": None,
        "tag": None,
        "registry_url": None,
        "subdirectory": None,
        "registry_mirror": "",
        "dockerfile_path": "Dockerfile",
        "context": ".",
        # Ours: more tags than one, and labels.
        "tags": "",
        "revision": "",
        "source": "",
    }
    assert [one["name"] for one in spec["workspaces"] if not one.get("optional")] == ["source"]
    assert (spec["steps"][0]["name"], spec["sidecars"][0]["name"]) == ("docker-build", "server")
    assert {one["name"] for one in spec["volumes"]} == {"dind-socket", "dind-storage"}
