"""Older names of settings keys: each is accepted, warned of, and gives the same resources."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from settings import Settings
from settings.renamed_keys import RENAMED, rename
from settings.schema import stack_schema
from tests.support.manifests import served
from tests.support.program import ROOT, SECRETS, run
from tests.support.recorded import Recording, record
from tests.unit.settings.loading import Given, load, refusal

TKE = {"kind": "tke", "apiCidrs": ["100.64.7.0/24"]}
# A value of each key other than its default.
VALUES: dict[str, Any] = {
    "cluster.nodes.least": 2,
    "cluster.nodes.most": 5,
    "repositories[].onlyChanged": True,
    "builder.sharedGib": 20,
    "runs.concurrent": 4,
    "runs.keep": 20,
    "runs.keepDays": 7,
    "webhook.previousToo": True,
}
OF_BUILDS = [old for old in RENAMED if not old.startswith("cluster.")]


def with_values(given: Given, values: dict[str, Any]) -> Given:
    """The settings with a value at each path, in the first entry of a list."""
    changed = copy.deepcopy(given)
    if any(path.startswith("cluster.") for path in values):
        changed["cluster"] = {**TKE}
    changed["webhook"] = {"secretVersion": 2}
    for path, value in values.items():
        *parts, key = path.split(".")
        parent = changed
        for part in parts:
            parent = parent[part[:-2]][0] if part.endswith("[]") else parent.setdefault(part, {})
        parent[key] = value
    return changed


def warned(given: Given) -> list[str]:
    """Warnings about names of keys."""
    return warnings_of(record(Settings.load, config=given, secrets=SECRETS))


def warnings_of(recording: Recording) -> list[str]:
    return [line for line in recording.logged if " called " in line]


def inputs(recording: Recording) -> dict[str, Any]:
    """Inputs of the resources by URN, without the time of the run."""
    return {
        resource.urn: resource.inputs for resource in recording.resources if resource.name != "cluster-state"
    }


def test_every_older_key_is_tested() -> None:
    assert RENAMED.keys() == VALUES.keys()


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_a_key_has_its_present_name_in_the_same_object(old: str, new: str) -> None:
    assert old.rpartition(".")[0] == new.rpartition(".")[0]


@pytest.mark.parametrize("old", RENAMED)
def test_an_older_key_gives_the_same_settings(given: Given, old: str) -> None:
    older, present = (load(with_values(given, {path: VALUES[old]})) for path in (old, RENAMED[old]))
    assert older == present


def test_older_keys_give_the_same_resources(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with served() as given["releaseMirror"]:
        older = run(with_values(given, {old: VALUES[old] for old in OF_BUILDS}), SECRETS)
        present = run(with_values(given, {RENAMED[old]: VALUES[old] for old in OF_BUILDS}), SECRETS)
    assert inputs(older) == inputs(present)
    assert older.exports == present.exports
    assert [line for line in older.logged if line not in warnings_of(older)] == present.logged
    assert len(warnings_of(older)) == len(OF_BUILDS), "one sentence for each key, once in a run"


@pytest.mark.parametrize("old", RENAMED)
def test_a_warning_has_the_commands_that_rename_the_key(given: Given, old: str) -> None:
    (sentence,) = warned(with_values(given, {old: VALUES[old]}))
    old_place, new_place = (path.replace("[]", "[0]") for path in (old, RENAMED[old]))
    name, value = RENAMED[old].rpartition(".")[2], json.dumps(VALUES[old])
    quote = "'" if "[" in old else ""
    assert sentence == (
        f"{old_place} is called {name} now: `pulumi config set --path {quote}{new_place}{quote} {value}` and "
        f"`pulumi config rm --path {quote}{old_place}{quote}` rename it"
    )


@pytest.mark.parametrize("old", RENAMED)
def test_a_present_key_is_not_warned_of(given: Given, old: str) -> None:
    assert warned(with_values(given, {RENAMED[old]: VALUES[old]})) == []


def test_a_key_of_several_entries_is_warned_of_once(given: Given) -> None:
    (first,) = given["repositories"]
    other = {"url": "https://git.example.com/team/tools.git", "images": [{"name": "tools"}]}
    given["repositories"] = [{**first, "onlyChanged": True}, other, {**other, "url": first["url"] + "2"}]
    given["repositories"][2] |= {"onlyChanged": False, "namespace": "two"}
    assert warned(given) == [
        "repositories[].onlyChanged is called changedImagesOnly now: rename the key in the stack's file, "
        "in 2 entries"
    ]
    assert [repository.changed_images_only for repository in load(given).repositories] == [True, False, False]


def test_a_value_that_no_command_sets_is_renamed_by_hand(given: Given) -> None:
    given["runs"] = {"keep": None}
    assert warned(given) == ["runs.keep is called historyLimit now: rename the key in the stack's file"]


@pytest.mark.parametrize("old", RENAMED)
def test_both_names_at_once_are_refused(given: Given, old: str) -> None:
    (sentence,) = refusal(with_values(given, {old: VALUES[old], RENAMED[old]: VALUES[old]}))
    old_place, new_place = (path.replace("[]", "[0]") for path in (old, RENAMED[old]))
    value = VALUES[old]
    assert sentence.startswith(
        f"{old_place} is {value} and {new_place} is {value}, but they are one setting: "
        "`pulumi config rm --path "
    )


def test_a_mistake_in_an_older_key_names_the_present_one(given: Given) -> None:
    given["runs"] = {"concurrent": -1, "keepDays": "7"}
    assert refusal(given) == [
        "runs.concurrencyLimit is -1, but must be at least 0",
        "runs.historyDays is '7', but must be a whole number: days after which a finished run is deleted",
    ]


def test_an_object_is_shown_in_the_order_of_the_stack(given: Given) -> None:
    given["webhook"] = {"previousToo": True, "secretVersion": 1}
    (sentence,) = refusal(given)
    assert sentence.startswith("webhook is {'acceptPrevious': True, 'secretVersion': 1}, but must")


@pytest.mark.parametrize(
    "values",
    [{"runs": "x"}, {"cluster": {"nodes": [1]}}, {"repositories": {"onlyChanged": True}}, {"runs": None}],
)
def test_what_has_another_shape_stays_for_the_models_to_refuse(values: Given) -> None:
    present = rename(values)
    assert (present.values, present.warnings, present.errors) == (values, [], [])


def test_the_settings_that_are_given_stay() -> None:
    values = {"runs": {"keep": 3}}
    assert rename(values).values == {"runs": {"historyLimit": 3}}
    assert values == {"runs": {"keep": 3}}


@pytest.mark.parametrize("old", RENAMED)
def test_an_editor_accepts_an_older_key_as_deprecated(old: str) -> None:
    schema = stack_schema()
    found = [
        definition["properties"][old.rpartition(".")[2]]
        for definition in schema["$defs"].values()
        if old.rpartition(".")[2] in definition["properties"] and "deprecated" in json.dumps(definition)
    ]
    assert [value["deprecated"] for value in found] == [True]


def test_the_schema_accepts_a_stack_of_older_keys(given: Given) -> None:
    config = with_values(given, VALUES)
    named = {f"tekton-builds:{key}": value for key, value in config.items()}
    assert not list(Draft202012Validator(stack_schema()).iter_errors({"config": named}))


def test_the_page_lists_every_older_key() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = "".join(f"| `{old}` | `{new}` |\n" for old, new in RENAMED.items())
    assert f"| older name | present name |\n|---|---|\n{rows}\n" in page
