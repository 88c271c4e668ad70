"""Pulumi plugins that a program needs: one for each installed package that is made from a provider."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugins.language_python.toolchain import Toolchain, ToolchainError

# A package that is generated from a provider's schema has a pulumi-plugin.json. Older ones lack it and are
# told by their names. These two have the name and no plugin.
WITHOUT_PLUGIN = {"pulumi-policy", "pulumi-esc-sdk"}

# Runs in the program's own Python, whose packages it lists. It imports none of them.
LISTING = """
import importlib.metadata, importlib.util, json, os, sys
packages = []
for distribution in importlib.metadata.distributions():
    name, about = distribution.metadata["Name"], None
    try:
        spec = importlib.util.find_spec(name.replace("-", "_"))
    except (ImportError, ValueError):
        spec = None
    for folder in (spec.submodule_search_locations if spec else None) or []:
        path = os.path.join(folder, "pulumi-plugin.json")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                about = json.load(file)
    packages.append({"name": name, "version": distribution.version, "about": about})
json.dump(packages, sys.stdout)
"""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A resource plugin that a package needs, with the parameters of a parameterized one."""

    name: str
    version: str
    server: str = ""
    parameterization: Any = None
    extension: Any = None


def plugin_version(package_version: str) -> str | None:
    """PEP 440 as semver: 1.2 is 1.2.0, 1.2.3a4 is 1.2.3-alpha.4, 1.2.3.post4 is 1.2.3+post4; else None."""
    match = re.fullmatch(
        r"(?P<release>\d+(?:\.\d+)*)(?:(?P<pre>a|b|rc)(?P<number>\d*))?"
        r"(?:\.post(?P<post>\d*))?(?:\.dev(?P<dev>\d*))?",
        package_version,
        re.ASCII,
    )
    if match is None:
        return None
    numbers = match["release"].split(".")
    version = ".".join(numbers + ["0"] * (3 - len(numbers)))
    if match["pre"]:
        version += f"-{ {'a': 'alpha', 'b': 'beta', 'rc': 'rc'}[match['pre']] }.{match['number']}"
    build = "".join(f"{kind}{match[kind]}" for kind in ("post", "dev") if match[kind] is not None)
    return f"{version}+{build}" if build else version


def plugins_of(packages: list[dict[str, Any]]) -> Iterator[Plugin]:
    """The plugins that the listed packages ({name, version, about: pulumi-plugin.json or None}) need."""
    for package in packages:
        name = re.sub(r"[-_.]+", "-", package["name"].lower())
        about = package["about"]
        if name in WITHOUT_PLUGIN or (about is None and not name.startswith("pulumi-")):
            continue
        if about is not None and not about.get("resource"):
            continue
        about = about or {}
        version = about.get("version") or plugin_version(package["version"])
        if version is None:
            continue
        yield Plugin(
            name=about.get("name") or name.removeprefix("pulumi-"),
            version=version if version.startswith("v") else f"v{version}",
            server=about.get("server", ""),
            parameterization=about.get("parameterization"),
            extension=about.get("extensionParameterization"),
        )


def installed_packages(toolchain: Toolchain) -> list[dict[str, Any]]:
    """Every package in the program's environment, as `plugins_of` takes them."""
    listing = subprocess.run(
        [toolchain.python, "-c", LISTING],
        env=toolchain.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:
        raise ToolchainError(f"{toolchain.python} cannot list its packages: {listing.stderr.strip()}")
    packages: list[dict[str, Any]] = json.loads(listing.stdout)
    return packages


def dependencies(toolchain: Toolchain, *, transitive: bool) -> list[tuple[str, str]]:
    """(name, version) of the program's packages; without `transitive`, of those no other package requires."""
    command = [toolchain.python, "-m", "pip", "list", "--format", "json"]
    listing = subprocess.run(
        command if transitive else [*command, "--not-required"],
        env=toolchain.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:
        raise ToolchainError(f"`{' '.join(command)}` failed: {listing.stderr.strip()}")
    return [(package["name"], package["version"]) for package in json.loads(listing.stdout)]
