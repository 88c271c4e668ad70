"""`make mirror`: every image that a stack uses, copied into a registry of one's own."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from components import image_mirror, inventory, mistakes, own_logins, releases, secrets
from components.settings import Images, Settings
from components.settings.types import MirrorPath
from sandbox.mistake import Mistake
from sandbox.network import DEFAULT_RANGE, Network
from sandbox.paths import CHECKOUT, Paths
from sandbox.progress import Progress
from sandbox.stack_config import PROJECT
from sandbox.stack_environment import STACKS
from sandbox.toolchain.toolchain import Toolchain


def run(stack: str, to: str, paths: Paths) -> None:
    """Copies what can be copied; raises Mistake with a sentence for each image that cannot."""
    given = settings(stack)
    mirror = checked(to or given.mirror)
    wanted = images(given)
    with Toolchain(paths, Progress()) as toolchain:
        toolchain.ensure("crane")
        program = toolchain.program("crane")
    copy_all(program, wanted, mirror)
    print(f"{len(wanted)} images; the stack pulls them there with `pulumi config set mirror {mirror}`")


def copy_all(program: Path, references: Sequence[str], mirror: str) -> None:
    """One after the other: crane is parallel itself. Raises Mistake when all were tried and some failed."""
    failed = []
    for source in references:
        target = image_mirror.mirrored(source, mirror)
        if why := copy(program, source, tagged(target)):
            failed.append(f"{source} is not copied: {why}")
        else:
            print(f"{source}\n  is {target}", flush=True)
    if failed:
        raise Mistake("\n".join(failed))


def settings(stack: str) -> Settings:
    """What the stack's file says, but for its secrets. Raises Mistake."""
    file = CHECKOUT / f"Pulumi.{stack}.yaml"
    try:
        text = file.read_text(encoding="utf-8")
        if stack in STACKS:  # what is tracked stands for the default network
            text = text.replace(Network(DEFAULT_RANGE).node, Network().node)
        config: Mapping[str, Any] = yaml.safe_load(text)["config"]
    except FileNotFoundError:
        raise Mistake(f"the stack {stack} has no file {file.name}: STACK=NAME says whose images") from None
    except (yaml.YAMLError, TypeError, KeyError):
        raise Mistake(f"{file.name} has no settings: they stand below `config`") from None
    ours = {key.removeprefix(f"{PROJECT}:"): one for key, one in config.items() if key.startswith(PROJECT)}
    try:
        plain = {
            key: one for key, one in ours.items() if key not in secrets.KEYS and not own_logins.is_own(key)
        }
        return Settings.model_validate(plain)
    except ValidationError as error:
        raise Mistake("\n".join(mistakes.sentences(Settings, error))) from None


def checked(to: str) -> str:
    """Raises Mistake when it is no registry."""
    if not to:
        raise Mistake("TO is missing: `make mirror TO=registry.example.com/mirror` says where the copies go")
    try:
        return str(TypeAdapter(MirrorPath).validate_python(to))
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Mistake(f"TO is {to!r}, but {why}") from None


def images(given: Settings) -> list[str]:
    """The images of the stack's releases and its own, as upstream names them; not what `images` overrides."""
    public = set(Images().model_dump().values())
    own = [one for one in inventory.images_of(given) if one in public]
    # The manifests as they are published: with their images at the mirror nobody could tell whence they come.
    source = replace(releases.Source.of(given), mirror="")
    objects = releases.load(source, inventory.releases_of(given)).values()
    found = [reference for one in objects for reference in image_mirror.images(one)]
    return list(dict.fromkeys([*found, *own]))


def tagged(reference: str) -> str:
    """Without the digest where there is a tag: a registry's cleanup deletes what no tag names. A pull by the
    digest finds it as well.
    """
    name, _, digest = reference.partition("@")
    return name if ":" in name.rpartition("/")[2] or not digest else reference


def copy(program: Path, source: str, target: str) -> str:
    """Every platform's image, with the same digest; empty, or why not. The logins are the user's own, as
    `crane auth login` and `docker login` write them.
    """
    done = subprocess.run(
        [program, "copy", source, target],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return "" if done.returncode == 0 else (lines or [f"crane ended with {done.returncode}"])[-1]
