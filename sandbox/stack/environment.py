"""Files of a sandbox stack, and the environment variables that make Pulumi use them."""

from pathlib import Path

from toolkit.paths import Paths

STACK, TKE_STACK = STACKS = (
    "sandbox",  # the default: the node is a cluster that is there
    "tke-sandbox",  # the node is what a model of Tencent Cloud makes
)


def backend(paths: Paths) -> Path:
    """The folder of the states."""
    return paths.state / "pulumi-state"


def passphrase(paths: Paths) -> Path:
    """The file that opens the stacks' secrets."""
    return paths.state / "passphrase"


def settings(paths: Paths, stack: str) -> Path:
    """The stack's settings, its encrypted secrets among them."""
    return paths.state / f"Pulumi.{stack}.yaml"


def account(paths: Paths) -> Path:
    """The state file of the model of Tencent Cloud."""
    return paths.state / "tencentcloud.json"


def variables(paths: Paths, stack: str) -> dict[str, str]:
    """Environment variables that direct Pulumi's commands and kubectl to this sandbox and this stack."""
    return {
        "PULUMI_HOME": str(paths.pulumi_home),
        # No second file beside each: killed between the two, the CLI could not read its state again.
        "PULUMI_BACKEND_URL": f"{backend(paths).as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase(paths)),
        # Every command's flag --config-file: the tracked file has no secret and stays as it is.
        "PULUMI_OPTION_CONFIG_FILE": str(settings(paths, stack)),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "KUBECONFIG": str(paths.kubeconfig),
        "TMPDIR": str(paths.temporary),  # what plain commands leave there is in nobody else's way
        **(_cloud(paths) if stack == TKE_STACK else {}),
    }


def _cloud(paths: Paths) -> dict[str, str]:
    """A key that opens nothing, so that no real account is meant; and where the model's cluster is."""
    return {
        "TENCENTCLOUD_SECRET_ID": "stand-in",
        "TENCENTCLOUD_SECRET_KEY": "stand-in",
        "TENCENTCLOUD_STAND_IN_STATE": str(account(paths)),
        "TENCENTCLOUD_STAND_IN_KUBECONFIG": str(paths.kubeconfig),
    }
