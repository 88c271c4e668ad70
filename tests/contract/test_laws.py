"""What keeps the folders apart and the files small."""

import ast
import importlib
import importlib.util
import inspect
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.support.program import ROOT

LINES = 250
CONSTRUCTOR_LINES = 50
CODE = {".py", ".sh"}


def _tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would add: not what a build or a run left behind."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _uses(file: Path, rooms: set[str]) -> Iterator[tuple[str, str]]:
    """Room and name of what a file takes from a room that it is not in."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    aliases = {
        alias.asname or alias.name: alias.name
        for node in imports
        if node.module == "components"
        for alias in node.names
    }
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    uses = [
        (aliases[node.value.id], node.attr)
        for node in attributes
        if isinstance(node.value, ast.Name) and node.value.id in aliases
    ]
    for node in imports:
        top, _, path = (node.module or "").partition(".")
        room, _, inside = path.partition(".")
        uses += [(room, inside or alias.name) for alias in node.names if top == "components"]
    for room, name in uses:
        if room in rooms and file.relative_to(ROOT).parts[:2] != ("components", room):
            yield room, name


def test_a_room_of_the_components_is_imported_by_what_it_offers() -> None:
    """The layers are contracts of import-linter, in pyproject.toml; `kube` is below all rooms, and open."""
    rooms = {file.parent.name for file in (ROOT / "components").glob("*/__init__.py")} - {"kube"}
    assert len(rooms) <= 10, "a picture with more boxes than that is none"
    offers = {room: importlib.import_module(f"components.{room}") for room in rooms}
    uses = [
        (file.relative_to(ROOT), *use)
        for file in _tracked("components/*.py", "__main__.py")
        for use in _uses(file, rooms)
    ]
    assert len(uses) > 50, "the imports were not found: the test looks for the wrong ones"
    for file, room, name in uses:
        where = f"{file} takes {name} from components/{room}"
        assert name in offers[room].__all__, f"{where}: let its __init__.py offer it"
        assert not inspect.ismodule(getattr(offers[room], name)), f"{where}: a module is a room's inside"


def test_a_program_that_a_test_keeps_as_text_imports_what_is_there() -> None:
    """No type checker reads such a program, and the tests that run it are the slow ones."""
    line = re.compile(r"^[ \t]*from ([\w.]+) import ([\w, ]+)$", re.MULTILINE)
    folders = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    count = 0
    for file in _tracked("tests/*.py", "bench/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            for module, names in line.findall(node.value):
                if module.partition(".")[0] not in folders:
                    continue
                count += 1
                where = f"{file.relative_to(ROOT)}:{node.lineno}"
                assert importlib.util.find_spec(module), f"{where} imports {module}, which there is not"
                for name in (part.partition(" as ")[0] for part in names.split(", ")):
                    parent = importlib.import_module(module)
                    offered = hasattr(parent, name) or (
                        hasattr(parent, "__path__") and importlib.util.find_spec(f"{module}.{name}")
                    )
                    assert offered, f"{where} imports {name} from {module}, which has none"
    assert count > 10, "the programs were not found: the test looks for the wrong lines"


def test_only_the_settings_read_configuration_so_that_every_component_can_be_tested_without_a_stack() -> None:
    for file in _tracked("components/*.py", "releases/*.py", "__main__.py"):
        text = file.read_text(encoding="utf-8")
        assert "pulumi.Config(" not in text, f"{file.relative_to(ROOT)} reads config"


def test_nothing_is_created_inside_apply_where_a_preview_would_not_show_it() -> None:
    for file in _tracked("components/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "apply"):
                continue
            inside = " ".join(ast.dump(argument) for argument in node.args)
            assert "ResourceOptions" not in inside, f"{file.name}:{node.lineno} makes a resource in apply"


def test_main_is_a_table_of_contents() -> None:
    text = (ROOT / "__main__.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 130, "what needs more room belongs into a component"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Args"):
            call = f"__main__.py:{node.lineno} {ast.unparse(node.func)}"
            assert not node.args, f"{call}: name each argument by its keyword"
            assert all(keyword.arg for keyword in node.keywords), f"{call}: no dict in place of arguments"


def test_a_constructor_of_a_component_has_one_job() -> None:
    count = 0
    for file in _tracked("components/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                count += 1
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                where = f"{file.relative_to(ROOT)}:{node.lineno}"
                assert lines <= CONSTRUCTOR_LINES, (
                    f"{where} has {lines} lines, more than {CONSTRUCTOR_LINES}: let functions give its parts"
                )
    assert count > 15, "the constructors were not found: the test looks in the wrong files"


def test_no_file_of_code_is_so_long_that_it_should_be_two() -> None:
    for file in _tracked("*.py", "*.sh", "Makefile"):
        name = str(file.relative_to(ROOT))
        count = len(file.read_text(encoding="utf-8").splitlines())
        assert count <= LINES, f"{name} has {count} lines, more than {LINES}: it holds two nouns"


def test_every_file_with_tests_is_collected_by_pytest() -> None:
    for file in _tracked("tests/*.py"):
        tests = [
            node.name
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        assert not tests or file.name.startswith("test_"), f"{file} holds tests that never run: {tests}"


def test_no_two_files_of_tests_have_one_name_as_pytest_would_import_only_one() -> None:
    names = [file.name for file in _tracked("tests/*.py") if file.name.startswith("test_")]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"one `pytest` over all tests ends with 'import file mismatch': {twice}"


def test_no_link_is_tracked_as_it_leads_to_a_place_of_one_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    links = [line.partition("\t")[2] for line in listed.splitlines() if line.startswith("120000")]
    assert not links, f"tracked links: {links}"


def test_every_yaml_file_of_ours_can_be_read() -> None:
    for file in _tracked("*.yaml", "*.yml"):
        list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
