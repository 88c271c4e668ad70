"""The packages that the bench's example installs: Debian's Python with pip, and four libraries' wheels."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox.images.userland import SUITE, mirror
from toolkit.paths import Paths

# What python3-pip needs beyond the base image.
DEBIAN = (
    *("libncursesw6", "libnsl2", "libpython3-stdlib", "libpython3.11-minimal", "libpython3.11-stdlib"),
    *("libreadline8", "libsqlite3-0", "libtirpc-common", "libtirpc3", "media-types", "python3"),
    *("python3-distutils", "python3-lib2to3", "python3-minimal", "python3-pip", "python3-pkg-resources"),
    *("python3-setuptools", "python3-wheel", "python3.11", "python3.11-minimal", "readline-common"),
)
WHEELS = (
    *("asgiref==3.13.0", "boto3==1.44.8", "botocore==1.44.8", "django==5.2.19", "jmespath==1.1.0"),
    *("mpmath==1.3.0", "python-dateutil==2.9.0.post0", "s3transfer==0.19.3", "six==1.17.0"),
    *("sqlparse==0.6.1", "sympy==1.14.0", "urllib3==2.8.0"),
)


def download_packages(paths: Paths) -> Path:
    """A folder with debian/ and wheels/, fetched once in a sandbox's life."""
    folder = paths.state / "bench-packages"
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        packages = Path(name) / "packages"
        _wheels(packages / "wheels")
        _debian(Path(name) / "root", packages / "debian")
        shutil.copytree(packages, folder)
    return folder


def _wheels(folder: Path) -> None:
    folder.mkdir(parents=True)
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*fetch, "--platform=any", "--python-version=3.11", "-d", folder, *WHEELS], check=True)


def _debian(root: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    fetch = ["unshare", "--mount", "--fork", "--kill-child", "debootstrap", "--download-only"]
    subprocess.run(
        [*fetch, "--variant=minbase", "--include=python3,python3-pip", SUITE, root, mirror()],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for package in DEBIAN:
        (archive,) = (root / "var/cache/apt/archives").glob(f"{package}_*.deb")
        shutil.copy(archive, folder)
