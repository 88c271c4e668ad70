"""A tool that is on PATH already and good enough."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from sandbox.toolchain.cache import key
from sandbox.toolchain.tool import OnPath, Tool

ASK_SECONDS = 10
Version = tuple[int, ...]


def find(tool: Tool, avoid: Iterable[Path]) -> dict[str, Path] | None:
    """Every program of the tool as found on PATH, or None when one is missing, too old or too new.

    What lies under one of the folders to `avoid` (our own cache and links) is no find.
    """
    if not tool.on_path:
        return None
    excluded = [folder.resolve() for folder in avoid]
    places = [place for place in os.get_exec_path() if place and not _within(Path(place), excluded)]
    search = os.pathsep.join(places)
    programs: dict[str, Path] = {}
    for name in tool.names:
        program = shutil.which(name, path=search)
        if not program or _within(Path(program), excluded):
            return None
        programs[name] = Path(program)
    if tool.in_image and not all(is_static(path) for path in programs.values()):
        return None
    return programs if all(_good(programs[wish.ask[0]], wish) for wish in tool.on_path) else None


def identity(programs: dict[str, Path]) -> str:
    """Changes when one of the programs is replaced."""
    real = [path.resolve() for path in programs.values()]
    return "path-" + key(*(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in real))


def is_static(program: Path) -> bool:
    """Tells whether an ELF program needs no loader, so that it runs in an image that holds nothing else."""
    with program.open("rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\x02":
            return False
        offset = int.from_bytes(header[32:40], "little")
        size, count = (int.from_bytes(header[at : at + 2], "little") for at in (54, 56))
        file.seek(offset)
        table = file.read(size * count)
    interpreter = 3  # PT_INTERP: "load me with this program"
    return all(
        int.from_bytes(table[at : at + 4], "little") != interpreter for at in range(0, len(table), size)
    )


def _within(path: Path, folders: list[Path]) -> bool:
    real = path.resolve()
    return any(real.is_relative_to(folder) for folder in folders)


def _good(program: Path, wish: OnPath) -> bool:
    try:
        answer = subprocess.run(
            [program, *wish.ask[1:]],
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    match = re.search(r"\d+\.\d+(\.\d+)?", answer.stdout + answer.stderr)
    if answer.returncode or not match:
        return False
    return version(wish.at_least) <= version(match[0]) < version(wish.below)


def version(text: str) -> Version:
    """Three numbers: 1.34 is 1.34.0."""
    numbers = [int(number) for number in text.split(".")]
    return (*numbers, *[0] * (3 - len(numbers)))
