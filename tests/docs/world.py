"""Where the pages are tried: clones, homes of people, a cluster, and what stands for hosts out of reach."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from releases.release import LOCK, read_lock
from sandbox.forge.ssh_key import SshKey
from sandbox.network import Network
from sandbox.sandbox import BASE_IMAGE
from sandbox.toolchain.pulumi_plugins import plugins
from tests.docs import upstream
from tests.docs.bucket import Bucket
from tests.docs.forge import Api, CallingGitHub
from tests.docs.internet import Request, Response, Site, internet
from tests.docs.people import Machine
from tests.docs.session import PLACEHOLDERS, Script, Session, Values, set_in
from tests.docs.tables import SETTINGS
from tests.e2e import login_image
from tests.support.clone import cloned
from tests.support.github_server import TOKEN
from toolkit.paths import CHECKOUT

# Beside the sandbox that is up: the pages' own is made and ended by what they say.
RANGE = os.environ.get("SANDBOX_DOCS_NETWORK", "10.202.0.0/16")
COS = "cos.ap-hongkong.myqcloud.com"
STACK_FILE = "Pulumi.dev.yaml"
Environment = Callable[[], Mapping[str, str]]
CLOUD_KEY, PASSPHRASE = "AKID-of-a-model", "of-a-test"


@dataclass
class World:
    """`folder` is this run's own. The sandbox of the first clone is the cluster of everybody."""

    folder: Path
    scripts: Mapping[str, Script]
    network: Network = field(default_factory=lambda: Network(RANGE))
    values: Values = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    online: dict[str, str] = field(default_factory=dict)
    """The environment in which the hosts are met that this machine cannot reach."""

    def __post_init__(self) -> None:
        self.shop, self.other_repository = (CallingGitHub(f"example/{name}") for name in ("shop", "other"))
        self.machine = Machine(folder=self.folder, sandbox=self.sandbox / ".sandbox", network=self.network)
        self.bucket = Bucket(PLACEHOLDERS["BUCKET-APPID"])
        key = self.folder / "deploy-key"
        key.touch(mode=0o600)
        key.write_text(SshKey.generate().private)
        self.values |= {
            "HOST": self.network.host,
            "REGISTRY": self.network.registry,
            "KEY": str(key),
            "CLOUD_KEY": CLOUD_KEY,
            "PASSPHRASE": PASSPHRASE,
            "CACHE": str(self.folder / "cache"),
            "MYPY_CACHE": str(CHECKOUT / ".mypy_cache"),
            "KUBECONFIG": str(self.sandbox / ".sandbox" / "kubeconfig"),
            "TOKEN": TOKEN,
            "BIN": str(self.sandbox / ".sandbox" / "bin"),
        }

    @cached_property
    def _images(self) -> Mapping[str, str]:
        """The sandbox's own of the images that settings name, as REPOSITORY:TAG in its registry."""
        tracked = yaml.safe_load((CHECKOUT / "Pulumi.sandbox.yaml").read_text(encoding="utf-8"))
        images: dict[str, str] = tracked["config"]["tekton-builds:images"]
        image_names = {name: image.partition("/")[2] for name, image in images.items()}
        return {**image_names, "oauth2Proxy": login_image.IMAGE}

    @property
    def sandbox(self) -> Path:
        """README's clone."""
        return self.folder / "README"

    @cached_property
    def texts(self) -> Mapping[str, bytes]:
        """The releases, made of what the sandbox has by now."""
        state = self.sandbox / ".sandbox"
        image_names = {"traefik": self._images["traefik"], "busybox": BASE_IMAGE}
        registry = self.network.registry
        references = {
            name: f"{registry}/{image}@{upstream.digest(state / 'registry', image)}"
            for name, image in image_names.items()
        }
        return upstream.texts(CHECKOUT / "sandbox" / "releases.yaml", state / "releases", references)

    @cached_property
    def _files(self) -> upstream.Files:
        return upstream.Files(self.texts)

    def sites(self) -> dict[str, Site]:
        """By host; nothing is made before it is asked."""
        version = next(plugin.version for plugin in plugins() if plugin.name == "tencentcloud")
        model = self.sandbox / "plugins" / "bin" / upstream.PLUGIN
        repositories = {model.repository: model for model in (self.shop, self.other_repository)}
        api = Api(repositories, upstream.plugin_pages(version, model))

        def files(request: Request) -> Response:
            return self._files(request)

        hosts = dict.fromkeys(upstream.hosts(read_lock(LOCK)), files)
        return {**hosts, "api.github.com": api, COS: self.bucket, f".{COS}": self.bucket}

    def cloud(self) -> dict[str, str]:
        """The model of the cloud: its account, and the cluster that it gives."""
        return {
            "TENCENTCLOUD_STAND_IN_STATE": str(self.folder / "account.json"),
            "TENCENTCLOUD_STAND_IN_KUBECONFIG": self.values["KUBECONFIG"],
        }

    def secrets(self) -> dict[str, str]:
        """What docs/tencent-cloud.md exports; whoever comes later has it too."""
        names = (
            "TENCENTCLOUD_SECRET_ID",
            "TENCENTCLOUD_SECRET_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
        )
        checksums = ("AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION")
        return {
            **dict.fromkeys(names, CLOUD_KEY),
            **dict.fromkeys(checksums, "when_required"),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        }

    def clone(self, name: str, page: str = "", *, packages: bool = True) -> Path:
        """A fresh one, with the settings of SETTINGS for this page."""
        clone = cloned(self.folder / name, packages=packages)
        if self.sandbox != clone:
            self.relock(clone)
        if self.deployed.is_file():
            (clone / STACK_FILE).write_text(self.deployed.read_text())
        self._set_images(clone, page)
        return clone

    def _set_images(self, clone: Path, page: str) -> None:
        for setting in SETTINGS:
            if setting.page == page:
                image_names = {
                    name: f"{self.network.registry}/{self._images[name]}" for name in setting.images
                }
                set_in(clone / setting.file, {"tekton-builds:images": image_names})

    def relock(self, clone: Path) -> None:
        """Puts the digest of what stands for ingress-nginx into a clone's lock.

        raw.githubusercontent.com, which has the release, refused this machine.
        """
        upstream.relocked(clone / "releases" / "releases.yaml", self.texts[upstream.NGINX])

    def of_github(self) -> dict[str, str]:
        """What docs/environments.md says the repository keeps at GitHub."""
        secrets = {f"secrets.{name}": value for name, value in self.secrets().items()}
        backend = f"s3://{self.bucket.name}?region=ap-hongkong&endpoint={COS}"
        return {**secrets, "secrets.PULUMI_ACCESS_TOKEN": "", "vars.PULUMI_BACKEND_URL": backend}

    def own_backend(self) -> dict[str, str]:
        """What docs/getting-started.md calls your own backend and secrets provider."""
        folder = self.folder / "own-backend"
        folder.mkdir(exist_ok=True)
        return {"PULUMI_BACKEND_URL": folder.as_uri(), "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}

    def end(self) -> None:
        """Ends the sandbox of a page that has failed."""
        if (self.sandbox / ".sandbox").exists():
            environment = self.machine.shell(self.sandbox, "sandbox")
            subprocess.run(["make", "down"], cwd=self.sandbox, env=environment, check=False)

    @property
    def deployed(self) -> Path:
        """The settings of the stack `dev` as they were last deployed: somebody has committed them."""
        return self.folder / STACK_FILE

    @contextmanager
    def page(
        self, page: str, *environments: Environment, until: str = "", clone: Path | None = None
    ) -> Iterator[Session]:
        """A session that has run this far. `clone` is that of an earlier page; None: one of its own."""
        if clone is None:
            clone = self.clone(Path(page).stem, page)
        else:
            self._set_images(clone, page)
        session = Session(self, page, clone, environments)
        self.sessions.append(session)
        try:
            session.run(until)
            yield session
        finally:
            session.close()


@contextmanager
def world(folder: Path, scripts: Mapping[str, Script]) -> Iterator[World]:
    """With the hosts that it plays."""
    place = World(folder, scripts)
    with internet(folder / "authorities", place.sites()) as environment:
        place.online |= environment
        yield place
