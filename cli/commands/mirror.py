"""`make mirror`: every image that a stack uses, copied into a registry of one's own."""

import argparse
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from cli.options import add_stack
from releases import image_mirror, required
from releases.source import ReleaseSource, load
from sandbox.network import DEFAULT_RANGE, Network
from sandbox.stack.environment import STACKS
from sandbox.stack.settings_file import PROJECT
from sandbox.toolchain.toolchain import Toolchain
from settings import Images, Settings, image_reference, mistakes, own_logins, renamed_keys, secrets
from settings.types import MirrorPath
from toolkit.errors import UserError
from toolkit.paths import CHECKOUT, Paths
from toolkit.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    parser.add_argument("--to", default="", metavar="REGISTRY/PATH")


def main(options: argparse.Namespace, paths: Paths) -> int:
    run(options.stack, options.to, paths)
    return 0


def run(stack: str, to: str, paths: Paths) -> None:
    """Copies what can be copied; raises UserError with a sentence for each image that cannot."""
    settings = load_settings(stack)
    mirror = validate_mirror(to or settings.mirror)
    references = images(settings)
    with Toolchain(paths, Progress()) as toolchain:
        toolchain.ensure("crane")
        program = toolchain.program("crane")
    copy_all(program, references, mirror)
    print(f"{len(references)} images; the stack pulls them there with `pulumi config set mirror {mirror}`")


def copy_all(program: Path, references: Sequence[str], mirror: str) -> None:
    """Copies the images one by one: crane is parallel itself. Raises UserError at the end if any failed."""
    failures = []
    for reference in references:
        target = image_reference.mirror_reference(reference, mirror)
        if reason := copy(program, reference, without_redundant_digest(target)):
            failures.append(f"{reference} is not copied: {reason}")
        else:
            print(f"{reference}\n  is {target}", flush=True)
    if failures:
        raise UserError("\n".join(failures))


def load_settings(stack: str) -> Settings:
    """The settings of the stack's file, without its secrets. Raises UserError."""
    file = CHECKOUT / f"Pulumi.{stack}.yaml"
    try:
        text = file.read_text(encoding="utf-8")
        if stack in STACKS:  # what is tracked stands for the default network
            text = text.replace(Network(DEFAULT_RANGE).node, Network().node)
        config: Mapping[str, Any] = yaml.safe_load(text)["config"]
    except FileNotFoundError:
        raise UserError(f"the stack {stack} has no file {file.name}: STACK=NAME says whose images") from None
    except (yaml.YAMLError, TypeError, KeyError):
        raise UserError(f"{file.name} has no settings: they stand below `config`") from None
    values = {
        key.removeprefix(f"{PROJECT}:"): value for key, value in config.items() if key.startswith(PROJECT)
    }
    try:
        plain = {
            key: value
            for key, value in values.items()
            if key not in secrets.KEYS and not own_logins.is_own(key)
        }
        present = renamed_keys.rename(plain)
        if present.errors:
            raise UserError("\n".join(present.errors))
        return Settings.model_validate(present.values)
    except ValidationError as error:
        raise UserError("\n".join(mistakes.format_errors(Settings, error))) from None


def validate_mirror(to: str) -> str:
    """The registry and path of the mirror. Raises UserError when `to` is none."""
    if not to:
        raise UserError(
            "TO is missing: `make mirror TO=registry.example.com/mirror` says where the copies go"
        )
    try:
        return str(TypeAdapter(MirrorPath).validate_python(to))
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UserError(f"TO is {to!r}, but {reason}") from None


def images(settings: Settings) -> list[str]:
    """The images of the stack's releases and its own, as upstream names them; not what `images` overrides."""
    public = set(Images().model_dump().values())
    direct = [reference for reference in required.images_of(settings) if reference in public]
    # The manifests as they are published: with their images at the mirror nobody could tell whence they come.
    published = replace(ReleaseSource.of(settings), mirror="")
    objects = load(published, required.releases_of(settings)).values()
    embedded = [reference for manifest in objects for reference in image_mirror.images(manifest)]
    return list(dict.fromkeys([*embedded, *direct]))


def without_redundant_digest(reference: str) -> str:
    """The reference without its digest if it has a tag: a registry's cleanup deletes what no tag names.

    A pull by the digest finds it as well.
    """
    name, _, digest = reference.partition("@")
    return name if ":" in name.rpartition("/")[2] or not digest else reference


def copy(program: Path, source: str, target: str) -> str:
    """Copies every platform's image, with the same digest; returns the error's text, empty without one.

    The logins are the user's own, as `crane auth login` and `docker login` write them.
    """
    process = subprocess.run(
        [program, "copy", source, target],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.strip() for line in process.stderr.splitlines() if line.strip()]
    return "" if process.returncode == 0 else (lines or [f"crane ended with {process.returncode}"])[-1]
