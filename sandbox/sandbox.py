"""The sandbox: toolchain, node, stack and forge, put together for the commands."""

from pathlib import Path
from typing import Any

from sandbox import preflight
from sandbox.credentials import Credentials
from sandbox.forge import example_repository
from sandbox.forge.forge import Forge
from sandbox.forge.service import ForgeService
from sandbox.forge.webhook import ensure_webhook
from sandbox.images.catalog import REGISTRY_IMAGES
from sandbox.images.tekton import CURRENT
from sandbox.network import Network
from sandbox.node import Node
from sandbox.registry import stale_images
from sandbox.registry.releases import tekton, version_differences
from sandbox.stack.environment import STACK
from sandbox.stack.stack import Stack
from sandbox.toolchain.inventory import DEBIAN
from sandbox.toolchain.plugin_folders import to_build
from sandbox.toolchain.pulumi_plugins import plugins
from sandbox.toolchain.toolchain import Toolchain
from sandbox.up import Check
from toolkit import env_file
from toolkit.paths import Paths
from toolkit.progress import Progress
from toolkit.pulumi_cli import PulumiError

NODE_PARTS = ("kubernetes", "control-plane")
COMMANDS = ("crane", "tkn")  # what `make push` and people use
BASE_IMAGE = "sandbox/busybox:1.35"
FAILED_LINES = 40


class UnsupportedMachineError(Exception):
    """The machine cannot have a sandbox: a sentence a line, each with what to do."""


class Sandbox:
    """`up` runs its methods; the order of things is there."""

    def __init__(
        self,
        paths: Paths,
        network: Network,
        toolchain: Toolchain,
        progress: Progress,
        *,
        stack: str = STACK,
    ) -> None:
        self._paths = paths
        self._stack = stack
        self._network = network
        self._toolchain = toolchain
        self._progress = progress
        self._outputs: dict[str, Any] = {}

    @property
    def _node(self) -> Node:
        return Node(self._paths, self._network, self._toolchain, self._progress)

    @property
    def _credentials(self) -> Credentials:
        return Credentials.load_or_create(self._paths)

    @property
    def _forge(self) -> Forge:
        return Forge.of(self._paths, self._network, self._credentials)

    @property
    def stack(self) -> Stack:
        """The Pulumi stack; the CLI must be there."""
        return Stack(self._paths, self._network, self._toolchain.program("pulumi"), self._stack)

    def check(self) -> None:
        cached = all(map(self._toolchain.is_ready, self._toolchain.names))
        problems = preflight.problems(self._paths, self._network, cached=cached)
        if problems:
            raise UnsupportedMachineError("\n".join(problems))

    def begin_builds(self) -> None:
        if sentence := version_differences(CURRENT):
            self._progress.note(sentence)
        self._toolchain.start([*self._toolchain.names, *self._providers_to_build()])

    def begin_cli(self) -> None:
        """Starts to make what plain `pulumi` commands need, and nothing else."""
        self._toolchain.start(["pulumi", *self._providers_to_build()])

    def _providers_to_build(self) -> list[str]:
        absent = [plugin for plugin in plugins() if plugin.tool and not self._toolchain.is_ready(plugin.tool)]
        return to_build(self._paths.pulumi_home, absent)

    def start_node(self) -> None:
        self._toolchain.wait(DEBIAN)
        if problems := preflight.kernel_problems(self._paths, self._network):
            raise UnsupportedMachineError("\n".join(problems))
        for part in NODE_PARTS:
            self._toolchain.wait(part)
        with self._progress.step("Start the node", log=self._paths.logs / "node.log"):
            self._node.up()

    def prepare_stack(self, check: Check = lambda: None) -> None:
        self._toolchain.wait("pulumi", check)
        with self._progress.step("Prepare the Pulumi stack"):
            stand_ins = self.stack.prepare(self._credentials, self._toolchain.bin_folder)
        if stand_ins:
            self._progress.note(f"The official {', '.join(stand_ins)} cannot be had here; stand-ins are used")

    def install_provider(self, check: Check = lambda: None) -> None:
        for name in self._providers_to_build():
            self._toolchain.wait(name, check)
        with self._progress.step("Install the Kubernetes provider"):
            self.stack.install_provider(self._toolchain.wait)

    def preview(self) -> None:
        if self.stack.was_deployed:
            return
        log = self._paths.logs / "pulumi-preview.log"
        with self._progress.step("pulumi preview", log=log):
            code = self.stack.preview(log, policies=())  # for a look at what comes
        self._progress.note(log.read_text(errors="replace").rstrip())
        if code != 0:
            raise PulumiError(f"`pulumi preview` ended with {code}; what it said is above, and in {log}")

    def fill_node(self) -> None:
        for part in REGISTRY_IMAGES:
            self._toolchain.wait(part)
        node = self._node
        with self._progress.step("Fill the registry"):
            node.registry.load(self._toolchain.registry_images())
            stale_images.remove(node.registry, node.run)
            node.releases.render(tekton(CURRENT, self._toolchain.folder))
        with self._progress.step("Provide storage"):
            node.provide_storage()

    def deploy(self) -> None:
        log = self._paths.logs / "pulumi-up.log"
        with self._progress.step("pulumi up", log=log):
            self.stack.configure(self._credentials)  # the forge may have made a new token
            code = self.stack.up(log)
            lines = log.read_text(errors="replace").rstrip().splitlines()
            if code != 0:
                self._progress.note("\n".join(lines[-FAILED_LINES:]))
                raise PulumiError(
                    f"`pulumi up` ended with {code}; what it said last is above, all of it in {log}"
                )
        summary = lines.index("Resources:") if "Resources:" in lines else len(lines)
        self._progress.note("\n".join(lines[summary:]))

    def start_forge(self) -> None:
        self._toolchain.wait("gitea")
        service = ForgeService(
            forge=self._forge,
            program=self._toolchain.program("gitea"),
            static=self._toolchain.folder("gitea") / "share",
            webhook_targets=self._network.load_balancers,
        )
        base_image = f"{self._network.registry}/{BASE_IMAGE}"
        with self._progress.step("Start the forge", log=self._paths.logs / "forge.log"):
            example_repository.bring_up(self._node, self._forge, service, base_image)
            credentials = self._credentials
            if (token := self._forge.status_token(credentials.status_token)) != credentials.status_token:
                credentials.keep_status_token(self._paths, token)

    def connect_forge(self) -> None:
        with self._progress.step("Connect the forge to the cluster"):
            self._outputs = self.stack.outputs()
            ensure_webhook(self._forge, self._outputs["hooks_url"], self._outputs["webhook_secret"])

    def finish(self) -> None:
        for part in COMMANDS:
            self._toolchain.wait(part)
        self._progress.summary()
        source = env_file.line_for(self._paths.env_file, Path.cwd())
        for line in (
            "",
            f"webhooks   {self._outputs['hooks_url']}",
            f"forge      {self._network.forge}, user and password in {self._paths.state}/credentials.json",
            f"commands   {source}   # then pulumi, kubectl, tkn",
            "a build    make push",
        ):
            self._progress.note(line)

    def status(self) -> dict[str, str]:
        """State of each part: `ok`, or the problem."""
        return self._node.status()

    def down(self) -> None:
        """Removes everything of the node."""
        self._node.down()
