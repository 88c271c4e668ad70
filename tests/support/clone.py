"""Fresh clones of this checkout, as whoever begins has them."""

import shutil
import subprocess
from pathlib import Path

from toolkit.paths import CHECKOUT


def cloned(folder: Path, *, packages: bool = True) -> Path:
    """A fresh clone of what is committed in this checkout.

    Its packages are the checkout's, as hard links: `make venv` from nothing takes two minutes of pip, and is
    what every run of these tests began with. `packages`: whether they count as installed; else `make venv`
    looks again.
    """
    subprocess.run(["git", "clone", "--quiet", CHECKOUT, folder], check=True)
    for place in (".venv", "policy/.venv"):
        source, target = (CHECKOUT / place).resolve(), folder / place
        if not source.exists():
            continue
        linked = subprocess.run(["cp", "-al", source, target], capture_output=True, check=False)
        if linked.returncode:  # another file system
            shutil.rmtree(target, ignore_errors=True)
            subprocess.run(["cp", "-a", source, target], check=True)
        (target / ".made").unlink(missing_ok=True)  # a link too: touching it would touch the checkout's
        if packages:
            (target / ".made").touch()
    return folder
