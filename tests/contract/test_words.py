"""Names that are bound (variables, parameters, functions, classes, fields) are the field's nouns.

A folder that is not listed in UNFINISHED is held to it; a new folder is, from its first day.
"""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.program import ROOT

UNFINISHED = ("components/", "settings/", "pipelines/", "tests/contract/", "tests/support/", "tests/unit/")
"""Where names are not looked at yet. An entry goes when its folder is clean; empty, the constant goes."""

PRONOUNS = "one other others each it they them this that some who whose what which ours mine theirs"
ADVERBS = "also how when where here there inside whole own rest again least most same more"
PARTICIPLES = """
    given found made chosen held told taken known wanted asked named listed offered shared said seen left
    kept checked exposed used done sent gone shown recorded moved had
"""
REFUSED = {*PRONOUNS.split(), *ADVERBS.split(), *PARTICIPLES.split(), "old", "new", "way", "ways", "mistakes"}
STATES = {"before", "after"}
"""Two states that a function compares; as a parameter or a field they name nothing."""

EXCEPTIONS = {
    ("plugins/", "old"): "Pulumi's protocol has `olds`: the inputs before an update",
    ("plugins/", "new"): "Pulumi's protocol has `news`: the inputs after it",
    ("forges/signed_push.py", "before"): "GitHub's name of the commit that a push replaces",
    ("forges/signed_push.py", "after"): "GitHub's name of the pushed commit",
    ("tests/e2e/test_payloads.py", "before"): "GitHub's name of the commit that a push replaces",
}

# audit/house.md 3.3: names that are gone, and where each was. Four of its words stay, with another meaning:
# `source` is a variable that holds a ReleaseSource, `outputs` a property of the Dashboard (it was a function
# that made it), `file` and `read` of buildkitd are the name of a file and its content.
FORMER = {
    "__main__.py": "what whose told push way taken ways ready",
    "components/": "given chosen also Place places Front front Exposed held _wanted _opening Janitor",
    "components/builds/": "page link signed clients",
    "components/builds/buildkitd.py": "here own known START FULL ASKED",
    "components/cluster/": "checked offered Account",
    "components/ingress/": "here divided",
    "components/kube/": "grant rule allow to_internet pods_of more pair Pair",
    "components/network/": "allow to_internet pods_of more",
    "components/tekton/": "staged _awaited _unthrottled",
    "components/webhook/": "signed tekton clients",
    "pipelines/": "Source line LINE waits cancelled page link",
    "releases/": "given checked chosen listed verified _had _best _keep _copy",
    "releases/download.py": "body",
    "releases/image_mirror.py": "full mirrored rewritten _changed",
    "releases/source.py": "Source",
    "settings/": "Logins Login Runs apart some inside exact _fit _meet _untold mistakes sentences Mistake",
    "sandbox/": "mistakes sentences Mistake",
    "cli/": "mistakes sentences Mistake whole",
    "bench/": "place",
}
FORMER_FILES = "whole nobodys_stack other_stack changed_stack pending exclusive waiting mistake place"


class Binding(NamedTuple):
    """A name that a file binds. `is_local`: a variable of a function, and neither parameter nor field."""

    name: str
    line: int
    is_local: bool

    @property
    def word(self) -> str:
        return self.name.strip("_").lower()


def bindings(node: ast.AST, *, in_function: bool = False) -> Iterator[Binding]:
    """Every name that the node and what is in it bind."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield Binding(name, node.lineno, is_local=False)
        case ast.arg(arg=name) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield Binding(name, node.lineno, is_local=False)
        case ast.Name(id=name, ctx=ast.Store()):
            yield Binding(name, node.lineno, is_local=in_function)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield Binding(name, node.lineno, is_local=in_function)
        case ast.alias(asname=str(name)):
            yield Binding(name, node.lineno, is_local=False)
    if isinstance(node, ast.ClassDef):
        in_function = False
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        in_function = True
    for child in ast.iter_child_nodes(node):
        yield from bindings(child, in_function=in_function)


def files() -> Iterator[tuple[str, ast.Module]]:
    """Path and tree of every Python file that git knows or would add, without those of UNFINISHED."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.py"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for path in output.splitlines():
        if not path.startswith(UNFINISHED) and (ROOT / path).is_file():
            yield path, ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_refused(path: str, binding: Binding) -> bool:
    if any(path.startswith(prefix) and binding.word == word for prefix, word in EXCEPTIONS):
        return False
    return binding.word in REFUSED or (binding.word in STATES and not binding.is_local)


def test_no_name_is_a_pronoun_an_adverb_or_a_participle() -> None:
    refused = [
        f"{path}:{binding.line} binds {binding.name}"
        for path, tree in files()
        for binding in bindings(tree)
        if is_refused(path, binding)
    ]
    assert not refused, "name the thing itself (repository, result, output):\n" + "\n".join(refused)


def test_every_exception_is_of_use() -> None:
    words = {(path, binding.word) for path, tree in files() for binding in bindings(tree)}
    unused = [
        (prefix, word)
        for prefix, word in EXCEPTIONS
        if not any(path.startswith(prefix) and word == bound for path, bound in words)
    ]
    assert not unused, "no name needs these exceptions any more"


def test_no_former_name_is_back_at_its_place() -> None:
    former = [(prefix, set(names.split())) for prefix, names in FORMER.items()]
    remaining = [
        f"{path}:{binding.line} binds {binding.name}"
        for path, tree in files()
        for binding in bindings(tree)
        if any(path.startswith(prefix) and binding.name in names for prefix, names in former)
    ]
    assert not remaining, "audit/house.md has a better name:\n" + "\n".join(remaining)
    stems = {Path(path).stem for path, _ in files() if not path.startswith("tests/")}
    assert not stems & set(FORMER_FILES.split())


@pytest.mark.parametrize(
    "source",
    [
        "one = 1",
        "def given(): ...",
        "def load(*, wanted): ...",
        "self.made = []",
        "[each for each in names]",
        "names = lambda other: other",
        "with open(name) as found: ...",
        "import yaml as other",
        "try: ...\nexcept OSError as one: ...",
        "def load(after): ...",
        "class Args:\n    after: int",
        "def load():\n    class Args:\n        before: int",
    ],
)
def test_a_refused_name_is_found_wherever_it_is_bound(source: str) -> None:
    assert any(is_refused("bench/a.py", binding) for binding in bindings(ast.parse(source)))


@pytest.mark.parametrize("source", ["print(one, given=made.found)", "def load():\n    before = uids()"])
def test_a_name_that_is_only_used_and_two_states_are_no_matter(source: str) -> None:
    assert not any(is_refused("bench/a.py", binding) for binding in bindings(ast.parse(source)))
