"""docs/configuration.md has every setting, as the typed settings say it."""

import re
from typing import Annotated

import pytest
import yaml
from pydantic import ConfigDict, TypeAdapter

from settings import own_logins, reference, secrets
from settings.examples import EXAMPLES
from tests.support.program import ROOT

PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
ROWS = [row for each in reference.rows().values() for row in each]


def test_the_tables_of_the_page_are_those_of_the_settings() -> None:
    found = [(name, table.strip()) for name, table in reference.TABLE.findall(PAGE)]
    assert len(found) == len(dict(found)), "a table stands twice"
    assert dict(found) == reference.tables(), (
        "`python -m settings.reference docs/configuration.md` writes the tables anew; a new one needs "
        "its two comments in the page"
    )


def test_the_page_has_no_other_table_of_settings() -> None:
    assert PAGE.count(reference.HEAD) == len(reference.tables())


def test_every_secret_has_a_row_and_none_is_made_up() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|", PAGE.partition("\n## Secrets\n")[2].partition("\n##")[0], re.MULTILINE
    )
    assert rows == list(secrets.KEYS)


@pytest.mark.parametrize("kind", [*own_logins.SECRETS, own_logins.USERNAME])
def test_every_login_of_one_repository_or_registry_has_a_row(kind: str) -> None:
    assert f"\n| `{kind}/" in PAGE


def test_each_setting_has_an_example_and_each_example_a_setting() -> None:
    with_example = {row.key for row in ROWS if "object" not in row.type}
    assert set(EXAMPLES) == with_example


@pytest.mark.parametrize("row", [row for row in ROWS if row.key in EXAMPLES], ids=lambda row: row.key)
def test_an_example_is_a_value_of_its_setting(row: reference.Row) -> None:
    field: TypeAdapter[object] = TypeAdapter(
        Annotated[row.info.annotation, "", *row.info.metadata], config=ConfigDict(strict=True)
    )
    field.validate_python(yaml.safe_load(EXAMPLES[row.key]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_setting_says_what_it_means(row: reference.Row) -> None:
    assert row.info.description


def test_a_number_that_is_a_quantity_has_a_unit() -> None:
    without = {row.key for row in ROWS if row.type == "integer" and not row.unit}
    assert without == {"webhook.secretVersion"}, "settings/reference.py has the units"
