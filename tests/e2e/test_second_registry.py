"""A FROM line of a second registry with a login of its own, and a mirror that asks for one."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bcrypt
import pytest
import requests
import yaml

from cli.push import Push
from sandbox.credentials import Credentials
from sandbox.network import Network
from sandbox.sandbox import BASE_IMAGE
from sandbox.stack.overrides import stack_overrides
from tests.e2e.image_content import content
from tests.e2e.kubectl import kubectl
from toolkit.crane import Crane
from toolkit.files import write_private
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SERVER = f"{Network().host}:5001"
USER, PASSWORD = "puller", "of-the-second-registry"
DOCKERFILE = Path("backend", "Dockerfile")
MIRRORED = "registry.invalid/library/base:1"  # a name that leads nowhere, so only a mirror can have it

EACH_BUILDER = pytest.mark.parametrize("stack", ["buildkit", "docker"], indirect=True)


@pytest.fixture(scope="module")
def registry(paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry on this machine's end of the link, with one account."""
    folder = tmp_path_factory.mktemp("second-registry")
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(rounds=4, prefix=b"2a")).decode()
    write_private(folder / "htpasswd", f"{USER}:{hashed}\n")
    configuration = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": SERVER},
        "auth": {"htpasswd": {"realm": "second", "path": str(folder / "htpasswd")}},
    }
    (folder / "registry.yaml").write_text(yaml.safe_dump(configuration))
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["docker-registry", "serve", str(folder / "registry.yaml")], stdout=log, stderr=log
        )
        try:
            wait_for("the second registry", lambda: answers() or (folder / "log").read_text()[-500:], 20)
            fill(paths, folder)
            yield SERVER
        finally:
            server.terminate()
            server.wait(timeout=20)


def answers() -> bool:
    session = requests.Session()
    session.trust_env = False
    try:
        return session.get(f"http://{SERVER}/v2/", timeout=5).status_code == 401
    except requests.RequestException:
        return False


def fill(paths: Paths, folder: Path) -> None:
    """Copies the base image there, twice: for a FROM line, and as a mirror has it."""
    account = Credentials.load_or_create(paths).registry
    accounts = {Network().registry: (account.username, account.password), SERVER: (USER, PASSWORD)}
    auths = {
        server: {"auth": b64encode(f"{user}:{password}".encode()).decode()}
        for server, (user, password) in accounts.items()
    }
    write_private(folder / "config.json", json.dumps({"auths": auths}))
    crane = Crane(paths.state / "bin" / "crane", folder)
    for name in ("base:1", f"mirror/{MIRRORED.partition('/')[2]}"):
        crane.copy(f"{Network().registry}/{BASE_IMAGE}", f"{SERVER}/{name}")


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest, registry: str, paths: Paths, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    kind: str = request.param
    builder: dict[str, Any] = {
        "kind": kind,
        "egress": [
            {"cidr": f"{Network().node}/32", "ports": [2222, 3000, 5000]},
            {"cidr": f"{Network().host}/32", "ports": [5001]},
        ],
        "registries": [{"server": registry, "username": USER, "insecure": True}],
    }
    if kind == "buildkit":
        builder["registryMirrors"] = {MIRRORED.partition("/")[0]: f"http://{registry}/mirror"}
    secrets = {f"registryPassword/{registry.replace(':', '_')}": PASSWORD}
    with stack_overrides(paths, tmp_path_factory.mktemp(kind) / "up.log", {"builder": builder}, secrets):
        yield kind


def image_from(push: Push, base: str, folder: Path) -> str:
    """Builds the backend on this image; returns its text. Restores the Dockerfile afterwards."""
    original = ""

    def change(tree: Path) -> None:
        nonlocal original
        original = (tree / DOCKERFILE).read_text()
        (tree / DOCKERFILE).write_text(f"FROM {base}\nRUN echo pulled with a login >/said\n")

    try:
        (image,) = [
            built_image for built_image in push.run(change) if built_image.task == "build-and-push-backend"
        ]
        return content(push, image.reference, "said", folder)
    finally:
        push.run(lambda tree: (tree / DOCKERFILE).write_text(original))


def test_the_second_registry_gives_nobody_anything_without_a_login(registry: str) -> None:
    """The control: else no build would need one."""
    assert answers()


@EACH_BUILDER
@pytest.mark.usefixtures("stack")
def test_a_from_line_is_pulled_with_the_login_of_its_registry(push: Push, tmp_path: Path) -> None:
    assert image_from(push, f"{SERVER}/base:1", tmp_path) == "pulled with a login\n"


@pytest.mark.parametrize("stack", ["buildkit"], indirect=True)
@pytest.mark.usefixtures("stack")
def test_a_mirror_is_asked_with_its_login(push: Push, tmp_path: Path) -> None:
    assert image_from(push, MIRRORED, tmp_path) == "pulled with a login\n"


@EACH_BUILDER
@pytest.mark.usefixtures("stack")
def test_the_password_is_in_the_one_secret_and_nowhere_else(paths: Paths) -> None:
    kinds = "tasks,pipelines,pipelineruns,taskruns,pods,configmaps,triggertemplates,eventlisteners"
    objects = kubectl(paths, "get", kinds, "--all-namespaces", "--output", "json")
    for text in (PASSWORD, b64encode(f"{USER}:{PASSWORD}".encode()).decode()):
        assert text not in objects, "a parameter or an argument has it"
