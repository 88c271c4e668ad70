"""Report of a comparison, and the differences that are meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from tests.golden.differences import Comparison, Difference

KEYS = {"subject", "path", "text", "why"}
WIDTH = 600  # characters of a value that are printed


class ExpectedError(Exception):
    """A file of expected differences that is none; one sentence."""


@dataclass(frozen=True, kw_only=True)
class ExpectedDifference:
    """Differences that are meant; each pattern as a shell has it, `*` for anything."""

    why: str
    subject: str = "*"
    path: str = "*"
    text: str = "*"
    """Pattern of the value at the commit, or of the present one."""

    def fits(self, difference: Difference) -> bool:
        return (
            fnmatchcase(difference.subject, self.subject)
            and fnmatchcase(difference.path, self.path)
            and any(fnmatchcase(side, self.text) for side in (difference.base, difference.head))
        )


def read_expectations(file: Path | None) -> list[ExpectedDifference]:
    """The entries of the file; none without one. Raises ExpectedError."""
    if file is None:
        return []
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8")) or []
        return [ExpectedDifference(**entry) for entry in entries]
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise ExpectedError(
            f"EXPECTED is {str(file)!r}, but must be a YAML list of {', '.join(sorted(KEYS))}, of which "
            f"`why` is a must: {error}"
        ) from None


def report(comparisons: Mapping[str, Comparison], expectations: Sequence[ExpectedDifference]) -> int:
    """Prints each difference once, with the stacks that have it.

    The exit code: 1 for any that is not meant, and for what is meant and not there.
    """
    places: dict[Difference, list[str]] = defaultdict(list)
    moves: dict[tuple[str, str], list[str]] = defaultdict(list)
    for stack, comparison in comparisons.items():
        for urn, earlier in comparison.moves.items():
            moves[_urn(earlier, stack), _urn(urn, stack)].append(stack)
        for difference in comparison.differences:
            places[_general(difference, stack)].append(stack)
    matched = {difference for difference in places if any(entry.fits(difference) for entry in expectations)}
    unused = [entry for entry in expectations if not any(map(entry.fits, places))]
    for (earlier, urn), names in sorted(moves.items()):
        print(f"moved, and kept by an alias: {earlier} -> {urn} (in {', '.join(names)})")
    subject = None
    for difference in sorted(places.keys() - matched):
        if difference.subject != subject:
            print(subject := difference.subject)
        print(f"  {difference.path or '(whole)'}   in {', '.join(places[difference])}")
        print(_indented("- ", difference.base), _indented("+ ", difference.head), sep="\n")
    for entry in unused:
        print(f"expected, and not there: {entry.subject} {entry.path} {entry.text} ({entry.why})")
    count = len(places) - len(matched)
    print(f"{count} differences, {len(matched)} more that are expected, {len(moves)} resources moved")
    return 1 if count or unused else 0


def _general(difference: Difference, stack: str) -> Difference:
    """The same difference as another stack has it."""
    return Difference(*(_urn(text, stack) for text in astuple(difference)))


def _urn(text: str, stack: str) -> str:
    return text.replace(f"urn:pulumi:{stack}::", "urn:pulumi:STACK::")


def _indented(sign: str, value: str) -> str:
    short = value if len(value) <= WIDTH else f"{value[:WIDTH]}... ({len(value)} characters)"
    return "\n".join(f"    {sign}{line}" for line in short.splitlines() or [""])
