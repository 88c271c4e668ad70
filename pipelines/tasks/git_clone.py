"""The Task `git-clone`: one revision of one repository into a workspace.

Parameters, workspaces and results carry the names and defaults of the tutorial's Task, which is a fork of the
catalog's git-clone 0.8; the script is our own. What differs: the image is a public one and runs as a user
without rights, `basic-auth` takes a kubernetes.io/basic-auth Secret too, a revision that is a full
commit is verified, and that login and the SSH key open `url` and `loginUrls` alone.
"""

from pipelines.tasks import RESTRICTED, Object, environment, script, workspace_environment, workspaces

NAME = "git-clone"
OWN = "urls"  # in a Secret: lines of FILE URL, for each URL that a login of its own opens
PARAMS = {
    "revision": ("", "Branch, tag, commit or ref to check out; empty: the remote's HEAD."),
    "refspec": ("", "Refspecs to fetch before checking out the revision; empty: the revision alone."),
    "submodules": ("true", "Fetch submodules too."),
    "lfs": ("false", "Fetch the files that are in Git LFS too."),
    "loginUrls": (
        "",
        "URLs beside url that the login may open, as submodules or for Git LFS, separated by spaces.",
    ),
    "before": ("", "A commit to compare with, for the result changed; empty, or not to be had: all changed."),
    "folders": ("", "Folders that are compared, separated by spaces."),
    "depth": ("1", "Number of commits to fetch; 0: all."),
    "sslVerify": ("true", "Verify the server's certificate."),
    "crtFileName": ("ca-bundle.crt", "Name of the CA bundle in the workspace ssl-ca-directory."),
    "subdirectory": ("", "Folder in the workspace output to clone into."),
    "sparseCheckoutDirectories": ("", "Folders to check out, separated by commas; empty: all."),
    "deleteExisting": ("true", "Empty the folder first."),
    "httpProxy": ("", "Proxy for HTTP."),
    "httpsProxy": ("", "Proxy for HTTPS."),
    "noProxy": ("", "Hosts to reach without a proxy."),
    "verbose": ("true", "Print every command."),
    "userHome": ("/home/nonroot", "Home of the step; an empty folder is mounted there."),
}
WORKSPACES = {
    "output": (False, "The repository is cloned here."),
    "ssh-directory": (
        True,
        "A Secret with private key, known_hosts and, optionally, config; and with urls, lines of FILE URL, "
        "where a URL has a key of its own.",
    ),
    "basic-auth": (
        True,
        "A Secret with username and password, or with .git-credentials and .gitconfig; and with urls, lines "
        "of NAME.username URL, where a URL has a login of its own in NAME.username and NAME.password.",
    ),
    "ssl-ca-directory": (True, "A Secret or ConfigMap with the CA bundle of the server."),
}
RESULTS = {
    "commit": "The full name of the commit that was checked out.",
    "commit_short": "Its short name.",
    "url": "The URL that was cloned.",
    "changed": "Those of the folders that differ from the commit before.",
}
ARRAYS = {"changed"}  # results that are lists


def spec(image: str) -> Object:
    """TaskSpec (tekton.dev/v1). `image` has git, ssh and sh."""
    return {
        "description": "Clones one revision of a git repository into the workspace `output`.",
        "params": [
            {"name": "url", "type": "string", "description": "URL to clone."},
            *(
                {"name": name, "type": "string", "default": default, "description": text}
                for name, (default, text) in PARAMS.items()
            ),
            {
                "name": "gitInitImage",
                "type": "string",
                "default": image,
                "description": "Image of the step; it has git, ssh and sh.",
            },
        ],
        "workspaces": workspaces(WORKSPACES),
        "results": [
            {"name": name, "description": text, "type": "array" if name in ARRAYS else "string"}
            for name, text in RESULTS.items()
        ],
        "steps": [
            {
                "name": "clone",
                "image": "$(params.gitInitImage)",
                "script": script("git_login.sh") + script("git_clone.sh"),
                "env": environment(
                    HOME="$(params.userHome)",
                    **{f"PARAM_{_variable(name)}": f"$(params.{name})" for name in ("url", *PARAMS)},
                    **workspace_environment(*WORKSPACES),
                    **{f"RESULT_{name.upper()}_PATH": f"$(results.{name}.path)" for name in RESULTS},
                ),
                "securityContext": RESTRICTED,
                "computeResources": {
                    "requests": {"cpu": "100m", "memory": "128Mi"},
                    "limits": {"memory": "2Gi"},
                },
                "volumeMounts": [{"name": "home", "mountPath": "$(params.userHome)"}],
            }
        ],
        "volumes": [{"name": "home", "emptyDir": {"sizeLimit": "256Mi"}}],
    }


def _variable(name: str) -> str:
    """sslVerify as SSL_VERIFY."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()
