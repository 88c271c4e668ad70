"""The comparison of what two programs register: each planted difference is found, and no other."""

from pathlib import Path

import pytest

from tests.golden.differences import ABSENT, Comparison, compared
from tests.golden.recording import Recording
from tests.unit.golden.tiny_program import PROGRAM, changed, recorded

DOOR = "urn:pulumi:tiny::tekton-builds::tiny:index:Box$tiny:index:Thing::door"
BOX = "urn:pulumi:tiny::tekton-builds::tiny:index:Box::box"
Row = tuple[str, str, str, str]

# What is changed in the program, and what is to be found: subject, path, before, after.
PLANTS: dict[str, tuple[str, str, list[Row]]] = {
    "a dropped dependency": (
        "depends_on=[lock],",
        "",
        [(DOOR, f"dependencies[{DOOR[:-4]}{name}]", "waits for it", ABSENT) for name in ("key", "lock")],
    ),
    "a changed input": ('"size": 1', '"size": 2', [(DOOR, "inputs.parts[a].size", "1", "2")]),
    "an input's lost secret mark": (
        '"code": pulumi.Output.secret("1234")',
        '"code": "1234"',
        [(DOOR, "inputs.code", "secret", "not secret")],
    ),
    "a dropped alias": (
        'aliases=[Alias(name="gate")],',
        "",
        [(DOOR, f"aliases[{DOOR[:-4]}gate]", "there", ABSENT)],
    ),
    "a renamed resource": (
        '"wall"',
        '"fence"',
        [
            (f"{DOOR[:-4]}fence", "", ABSENT, "registered"),
            (f"{DOOR[:-4]}wall", "", "registered", ABSENT),
        ],
    ),
    "a changed parent": (
        'Thing("wall", {}, ResourceOptions(parent=box',
        'Thing("wall", {}, ResourceOptions(parent=chest',
        [(f"{DOOR[:-4]}wall", "parent", BOX, f"{BOX[:-3]}chest")],
    ),
    "another provider": (
        'Thing("wall", {}, ResourceOptions(parent=box, provider=first',
        'Thing("wall", {}, ResourceOptions(parent=box, provider=second',
        [
            (
                f"{DOOR[:-4]}wall",
                "provider",
                "urn:pulumi:tiny::tekton-builds::pulumi:providers:tiny::first",
                "urn:pulumi:tiny::tekton-builds::pulumi:providers:tiny::second",
            )
        ],
    ),
    "a lost option": (
        'ignore_changes=["color"],',
        "",
        [(DOOR, "options.ignoreChanges", '["color"]', ABSENT)],
    ),
    "an output that is secret no longer": (
        'pulumi.export("code", pulumi.Output.secret("1234"))',
        'pulumi.export("code", "1234")',
        [("outputs", "code", "secret", "not secret")],
    ),
    "a warning that is gone": (
        'pulumi.log.warn("the door is red")',
        "",
        [("logged", "", "warning: the door is red", ABSENT)],
    ),
}
# Each of them alone, so that no option is left out.
OPTIONS = {
    "deleted_with=key,": "options.deletedWith",
    "retain_on_delete=True,": "options.retainOnDelete",
    "protect=True,": "options.protect",
    'additional_secret_outputs=["code"],': "options.additionalSecretOutputs",
    'replace_on_changes=["parts"],': "options.replaceOnChanges",
    'custom_timeouts=CustomTimeouts(create="5m"),': "options.customTimeouts",
    'version="1.2.3",': "options.version",
    "delete_before_replace=True,": "options.deleteBeforeReplace",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recorded(tmp_path_factory.mktemp("base"))


def against(base: Recording, folder: Path, text: str) -> Comparison:
    return compared(base, recorded(folder, text))


def rows(comparison: Comparison) -> list[Row]:
    return [(one.subject, one.path, one.base, one.head) for one in comparison.differences]


def test_a_program_does_not_differ_from_itself_in_another_folder(base: Recording, tmp_path: Path) -> None:
    assert rows(against(base, tmp_path / "elsewhere", PROGRAM)) == []
    assert len(base["resources"]) == 9, "an empty recording would not differ either"


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_difference_is_found_alone(plant: str, base: Recording, tmp_path: Path) -> None:
    old, new, found = PLANTS[plant]
    assert sorted(rows(against(base, tmp_path, changed(old, new)))) == sorted(found), plant


def test_every_option_counts(base: Recording, tmp_path: Path) -> None:
    text = PROGRAM
    for option in OPTIONS:
        assert text.count(option) == 1
        text = text.replace(option, "")
    paths = {one.path for one in against(base, tmp_path, text).differences}
    assert paths == {*OPTIONS.values(), "options.deleteBeforeReplaceDefined"}


def test_what_follows_from_other_dependencies_is_no_difference(base: Recording, tmp_path: Path) -> None:
    more = changed("depends_on=[lock],", "depends_on=[lock, key],")
    assert rows(against(base, tmp_path, more)) == [], "lock waits for the key already"


def test_a_resource_that_an_alias_keeps_has_moved_and_does_not_differ(
    base: Recording, tmp_path: Path
) -> None:
    text = changed(
        'Thing("wall", {}, ResourceOptions(parent=box,',
        'Thing("wall", {}, ResourceOptions(aliases=[Alias(parent=box)],',
    )
    comparison = against(base, tmp_path, text)
    assert rows(comparison) == []
    assert comparison.moves == {
        "urn:pulumi:tiny::tekton-builds::tiny:index:Thing::wall": f"{DOOR[:-4]}wall",
    }


def test_a_renamed_component_takes_its_children_along_where_it_has_an_alias(
    base: Recording, tmp_path: Path
) -> None:
    text = changed(
        'Box("box"), Box("chest")', 'Box("case", ResourceOptions(aliases=[Alias(name="box")])), Box("chest")'
    )
    comparison = against(base, tmp_path, text)
    assert rows(comparison) == [], "its children's URNs have its type in them, and not its name"
    assert comparison.moves == {f"{BOX[:-3]}case": BOX}


def test_an_entry_that_a_list_has_in_another_place_is_said_once(base: Recording, tmp_path: Path) -> None:
    text = changed('[{"name": "a", "size": 1}, {"name": "b"}]', '[{"name": "b"}, {"name": "a", "size": 1}]')
    (one,) = against(base, tmp_path, text).differences
    assert (one.path, one.base, one.head) == ("inputs.parts (order)", '["a", "b"]', '["b", "a"]')


def test_of_long_texts_the_lines_that_differ_are_shown(base: Recording, tmp_path: Path) -> None:
    first = changed('"color": "red"', '"color": "red\\nround\\nlarge"')
    second = first.replace("round", "square")
    (one,) = compared(recorded(tmp_path / "one", first), recorded(tmp_path / "two", second)).differences
    assert (one.base, one.head) == ("round", "square")
