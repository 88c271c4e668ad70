"""The user's kubeconfig file: read, backed up, and written whole or not at all."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from toolkit.errors import UserError
from toolkit.files import PRIVATE, write_atomic


def user_file(environment: Mapping[str, str], sandbox_kubeconfig: Path) -> Path:
    """The first file that KUBECONFIG names, else ~/.kube/config.

    A sourced env file of the sandbox makes KUBECONFIG the sandbox's own file, which is made anew by every
    `make up`: that is no place for anything.
    """
    for name in environment.get("KUBECONFIG", "").split(os.pathsep):
        if name and Path(name).resolve() != sandbox_kubeconfig.resolve():
            return Path(name).absolute()
    return Path(environment.get("HOME") or Path.home()) / ".kube" / "config"


def read(file: Path) -> str | None:
    """Its text; None when there is no such file. Raises UserError."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise UserError(f"{file} is not UTF-8 text; nothing was changed") from None
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); nothing was changed") from error


def write(file: Path, text: str) -> Path | None:
    """Writes it with mode 0600, through a symlink; the backup of what was there, None when nothing was.

    Every backup has a name of its own beside the file. Raises UserError; the file is then as it was.
    """
    target = file.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        backup = _back_up(target) if target.exists() else None
        write_atomic(target, text, mode=PRIVATE, durable=True)
    except OSError as error:
        raise UserError(f"{target} cannot be written ({error.strerror}); it is as it was") from error
    return backup


def _back_up(target: Path) -> Path:
    content = target.read_bytes()
    stem = f"{target.name}.{time.strftime('%Y%m%dT%H%M%S')}"
    for number in range(1000):
        backup = target.with_name(f"{stem}{f'-{number}' if number else ''}.bak")
        try:
            descriptor = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        return backup
    raise UserError(f"no free name for a backup of {target}; nothing was changed")
