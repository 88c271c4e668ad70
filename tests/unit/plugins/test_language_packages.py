"""What the language host knows of a program's packages and its Python."""

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plugins.language_python.packages import plugin_version, plugins_of
from plugins.protocol import language_pb2
from tests.unit.plugins.language_host import info, serving_host


@pytest.fixture
def host() -> Iterator[Any]:
    with serving_host("127.0.0.1:1") as host:
        yield host


def test_the_required_plugins_are_those_of_the_installed_packages(host: Any, tmp_path: Path) -> None:
    response = host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info(tmp_path)))
    found = {package.name: package for package in response.packages}
    for name in ("kubernetes", "random"):
        version = importlib.metadata.version(f"pulumi-{name}")
        assert found[name].version == f"v{version}", "the plugin of exactly the package's version"
        assert found[name].kind == "resource"
    assert "pulumi" not in found, "the SDK itself has no plugin"


def test_a_package_says_itself_which_plugin_it_needs() -> None:
    def package(name: str, version: str = "1.2.3", about: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"name": name, "version": version, "about": about}

    found = list(
        plugins_of(
            [
                package("pulumi_aws"),
                package("pulumi-policy"),
                package("requests"),
                package("pulumi-void", about={"resource": False}),
                package(
                    "acme", about={"resource": True, "name": "a", "version": "9.0.0", "server": "https://s"}
                ),
                package("pulumi-odd", version="1!2"),
            ]
        )
    )
    assert [(plugin.name, plugin.version, plugin.server) for plugin in found] == [
        ("aws", "v1.2.3", ""),
        ("a", "v9.0.0", "https://s"),
    ]


@pytest.mark.parametrize(
    ("package", "plugin"),
    [
        ("1", "1.0.0"),
        ("1.2", "1.2.0"),
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3a4", "1.2.3-alpha.4"),
        ("1.2.3b4", "1.2.3-beta.4"),
        ("1.2.3rc4", "1.2.3-rc.4"),
        ("1.2.3.post4", "1.2.3+post4"),
        ("1.2.3.dev5", "1.2.3+dev5"),
        ("1.2.3rc4.post5.dev6", "1.2.3-rc.4+post5dev6"),
        ("1!2.3", None),
        ("", None),
        ("1.2.3+local", None),
    ],
)
def test_a_packages_version_becomes_the_plugins(package: str, plugin: str | None) -> None:
    assert plugin_version(package) == plugin


def test_the_dependencies_are_listed_for_pulumi_about(host: Any, tmp_path: Path) -> None:
    request = language_pb2.GetProgramDependenciesRequest(info=info(tmp_path), transitiveDependencies=True)
    found = {entry.name: entry.version for entry in host.GetProgramDependencies(request).dependencies}
    assert found["pulumi"] == importlib.metadata.version("pulumi")


def test_about_names_the_programs_python(host: Any, tmp_path: Path) -> None:
    about = host.About(language_pb2.AboutRequest(info=info(tmp_path)))
    assert about.executable == f"{sys.prefix}/bin/python"
    assert about.version == sys.version.split()[0]
