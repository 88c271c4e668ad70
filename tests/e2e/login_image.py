"""oauth2-proxy's image in the sandbox's registry: the sandbox itself has no Dashboard, and makes none."""

from sandbox.credentials import Credentials
from sandbox.images.recipes import OAUTH2_PROXY_IMAGE
from sandbox.network import Network
from sandbox.registry.registry import Registry
from sandbox.toolchain.toolchain import Toolchain
from toolkit.paths import Paths

PART = "oauth2-proxy-image"
IMAGE = ":".join(OAUTH2_PROXY_IMAGE)


def provide(paths: Paths, network: Network) -> str:
    """Makes it where it is not made yet, and puts it there; its reference."""
    with Toolchain(paths) as toolchain:
        toolchain.ensure(PART)
        account = Credentials.load_or_create(paths).registry
        registry = Registry(paths.state.resolve() / "registry", network.registry, account)
        registry.load([toolchain.folder(PART)])
    return f"{network.registry}/{IMAGE}"
