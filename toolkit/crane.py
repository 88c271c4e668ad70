"""Images in the sandbox's registry, pulled back with crane."""

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from toolkit.files import write_private

SECONDS = 120  # a pull of one image from this machine


class CraneError(Exception):
    """The registry did not give what was asked: what, and crane's own words."""


class Crane:
    """`program`: crane's binary; `configuration`: the folder of the config.json with the credentials."""

    def __init__(self, program: Path, configuration: Path) -> None:
        self._program = program
        self._folder = str(configuration)

    def _run(self, *arguments: str, stdout: IO[bytes] | int = subprocess.DEVNULL) -> None:
        process = subprocess.run(
            [self._program, "--insecure", *arguments],
            env={"DOCKER_CONFIG": self._folder, "HOME": self._folder},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
        if process.returncode != 0:
            lines = process.stderr.decode(errors="replace").strip().splitlines()
            raise CraneError(f"crane {' '.join(arguments)}: {lines[-1] if lines else process.returncode}")

    def pull(self, reference: str) -> None:
        """Pulls manifest, configuration and every layer, and checks each against its digest.

        Not `crane validate`: that takes every layer for compressed, and the base image's is not.
        """
        with tempfile.TemporaryDirectory(prefix="pulled-image-") as folder:
            self._run("pull", "--format=oci", reference, folder)

    def copy(self, reference: str, target: str) -> None:
        """The same image under another name."""
        self._run("copy", reference, target)

    def export(self, reference: str, tarball: Path) -> None:
        """Writes the image's whole file system as one tar file."""
        with tarball.open("wb") as stream:
            self._run("export", reference, "-", stdout=stream)


@contextmanager
def logged_in(program: Path, registry: str, username: str, password: str) -> Iterator[Crane]:
    """Crane with credentials for one registry, in a private file that lives as long as the block."""
    encoded = base64.b64encode(f"{username}:{password}".encode()).decode()
    with tempfile.TemporaryDirectory(prefix="registry-credentials-") as folder:
        write_private(Path(folder) / "config.json", json.dumps({"auths": {registry: {"auth": encoded}}}))
        yield Crane(program, Path(folder))
