"""PRICES=FILE: a price has its page and its day, or it is none."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.costs import prices
from cli.costs.charge import Charge
from tests.support.program import ROOT
from toolkit.errors import UserError

ENTRY = {
    "what": "node S5.MEDIUM8",
    "region": "ap-hongkong",
    "unit": "hour",
    "price": 0.25,
    "currency": "USD",
    "page": "contract 7",
    "date": date(2026, 11, 30),
}
NODE = Charge(item="node S5.MEDIUM8", owner="nodes", unit="hour", quantity=(1, 3))


def written(folder: Path, content: Any) -> str:
    file = folder / "prices.yaml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return str(file)


def test_a_price_is_that_of_one_thing_in_one_region_and_one_unit(tmp_path: Path) -> None:
    known = prices.read(written(tmp_path, {"prices": [ENTRY]}))
    price = known.find(NODE, "ap-hongkong")
    assert price is not None
    assert (price.amount, price.currency, price.page, price.day) == (
        *(0.25, "USD", "contract 7"),
        date(2026, 11, 30),
    )
    assert known.find(NODE, "ap-singapore") is None, "another region has other prices"


def test_without_a_file_nothing_has_a_price() -> None:
    assert prices.read("").find(NODE, "ap-hongkong") is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("what", ""),
        ("region", 7),
        ("unit", "week"),
        ("price", "0.25"),
        ("price", -1),
        ("price", True),
        ("price", float("nan")),
        ("currency", None),
        ("page", ""),
        ("date", "yesterday"),
    ],
)
def test_a_mistake_names_the_entry_the_key_and_the_value(tmp_path: Path, key: str, value: Any) -> None:
    with pytest.raises(UserError) as raised:
        prices.read(written(tmp_path, {"prices": [ENTRY, {**ENTRY, "what": "other", key: value}]}))
    assert f"prices[2].{key} is {value!r}, but must be" in str(raised.value)


@pytest.mark.parametrize("key", ENTRY)
def test_a_price_without_one_of_its_keys_is_refused(tmp_path: Path, key: str) -> None:
    entry = {name: value for name, value in ENTRY.items() if name != key}
    with pytest.raises(UserError, match=f"but must have .*{key}"):
        prices.read(written(tmp_path, {"prices": [entry]}))


def test_two_prices_of_one_thing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"prices\[2\] is another price of node S5.MEDIUM8, ap-hongkong, hour"
    ):
        prices.read(written(tmp_path, {"prices": [ENTRY, {**ENTRY, "price": 1}]}))


@pytest.mark.parametrize("content", ["prices: [", "- 1\n", "prices: 3\n", "", "prices: [7]\n", "\x00"])
def test_what_is_no_list_of_prices_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    with pytest.raises(UserError, match=r"prices\.yaml") as raised:
        prices.read(written(tmp_path, content))
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.yaml, which cannot be read"):
        prices.read(str(tmp_path / "nowhere.yaml"))


def test_the_example_of_the_docs_is_a_file_of_prices(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tencent-cloud.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(prices:.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert prices.read(written(tmp_path, block)).find(NODE, "ap-hongkong")
