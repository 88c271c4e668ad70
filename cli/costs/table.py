"""Tables of a stack's charges for a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from cli.costs.charge import GIB_HOUR, GIB_MONTH, HOUR, MBPS_HOUR, MBPS_MONTH, MONTH, Charge, Quantity
from cli.costs.plan import Change, Stack
from cli.costs.prices import Prices

PERIODS = dict.fromkeys((HOUR, GIB_HOUR, MBPS_HOUR), "an hour") | dict.fromkeys(
    (MONTH, GIB_MONTH, MBPS_MONTH), "a month"
)
HEADER = ("what", "of", "unit", "quantity", "price")
Row = tuple[str, ...]


def charges(stack: Stack, prices: Prices) -> Iterator[str]:
    """A line for each charge."""
    ordered = sorted(stack.charges.values(), key=lambda charge: (charge.item, charge.owner, charge.unit))
    rows = [_row(charge, _quantity(charge.quantity), stack.region, prices) for charge in ordered]
    yield from _align([HEADER, *rows])


def sums(stack: Stack, prices: Prices) -> Iterator[str]:
    """Totals of the charges that have a price and a number; a line for each currency."""
    totals: dict[tuple[str, str], tuple[int, float, float]] = {}
    for charge in stack.charges.values():
        price = prices.find(charge, stack.region)
        if price is None or isinstance(charge.quantity, str) or charge.unit not in PERIODS:
            continue
        key = (PERIODS[charge.unit], price.currency)
        rows, minimum, maximum = totals.get(key, (0, 0.0, 0.0))
        minimum, maximum = (
            total + price.amount * count
            for total, count in zip((minimum, maximum), charge.quantity, strict=True)
        )
        totals[key] = (rows + 1, minimum, maximum)
    for (period, currency), (rows, *total) in totals.items():
        quantity = _quantity((total[0], total[1]))
        yield f"{rows} of {len(stack.charges)} rows together: {quantity} {currency} {period}"


def changes(differences: Iterable[Change], region: str, prices: Prices) -> Iterator[str]:
    """A line for each, with + for what comes, - for what goes and ~ for another quantity."""
    rows = []
    for change in differences:
        charge = change.goal or change.current
        assert charge is not None, "a change has at least one side"
        sides = [_quantity(side.quantity) for side in (change.current, change.goal) if side]
        sign = "~" if len(sides) == 2 else "+" if change.goal else "-"
        rows.append((sign, *_row(charge, " -> ".join(sides), region, prices)))
    yield from _align(sorted(rows, key=lambda row: row[1:]))


def _row(charge: Charge, quantity: str, region: str, prices: Prices) -> Row:
    price = prices.find(charge, region)
    text = f"{price.amount:g} {price.currency} ({price.page}, {price.day})" if price else "unpriced"
    return charge.item, charge.owner, charge.unit, quantity, text


def _quantity(quantity: Quantity) -> str:
    if isinstance(quantity, str):
        return quantity
    minimum, maximum = quantity
    return f"{minimum:g}" if minimum == maximum else f"{minimum:g} to {maximum:g}"


def _align(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
