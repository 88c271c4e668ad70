"""Prices from a file of the user's: each with the page or the contract that has it, and the day of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from cli.costs.charge import UNITS, Charge
from toolkit.errors import UserError

KEYS = ("what", "region", "unit", "price", "currency", "page", "date")
TEXTS = ("what", "region", "unit", "currency", "page")


@dataclass(frozen=True, kw_only=True)
class Price:
    """The price of one unit of one thing in one region."""

    amount: float
    currency: str
    page: str
    """Source of the price: a page's address, or a contract."""
    day: date
    """Day on which the page or the contract had it."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices of a file; nothing else has a price."""

    entries: Mapping[tuple[str, str, str], Price]
    """Prices by thing, region and unit."""

    def find(self, charge: Charge, region: str) -> Price | None:
        """Returns the price of a charge; None when the file has none."""
        return self.entries.get((charge.item, region, charge.unit))


def read(file: str) -> Prices:
    """The prices of a file; none for no file. Raises UserError."""
    if not file:
        return Prices(entries={})
    try:
        content = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"PRICES is {file}, which cannot be read: {' '.join(str(error).split())}") from None
    items = content.get("prices") if isinstance(content, dict) else None
    if not isinstance(items, list):
        raise UserError(f"PRICES is {file}, but must be YAML with a list `prices` of {', '.join(KEYS)}")
    entries = dict[tuple[str, str, str], Price]()
    for number, entry in enumerate(items, 1):
        place = f"{file}: prices[{number}]"
        price = _price(place, entry)
        key = (entry["what"], entry["region"], entry["unit"])
        if key in entries:
            raise UserError(f"{place} is another price of {', '.join(key)}: one of them must go")
        entries[key] = price
    return Prices(entries=entries)


def _price(place: str, entry: Any) -> Price:
    if not isinstance(entry, dict) or set(entry) != set(KEYS):
        keys = ", ".join(map(str, entry)) if isinstance(entry, dict) else repr(entry)
        raise UserError(f"{place} has {keys or 'nothing'}, but must have {', '.join(KEYS)} and no other key")
    for key in TEXTS:
        if not isinstance(entry[key], str) or not entry[key]:
            raise UserError(f"{place}.{key} is {entry[key]!r}, but must be text")
    if entry["unit"] not in UNITS:
        raise UserError(f"{place}.unit is {entry['unit']!r}, but must be one of {', '.join(UNITS)}")
    amount = entry["price"]
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < float("inf"):
        raise UserError(f"{place}.price is {amount!r}, but must be a number, 0 or more")
    if type(entry["date"]) is not date:
        raise UserError(f"{place}.date is {entry['date']!r}, but must be a day, as 2026-11-30")
    return Price(amount=amount, currency=entry["currency"], page=entry["page"], day=entry["date"])
