"""`python -m bench`: every part in one run, on the running sandbox, and docs/benchmarks.md from it."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import builds, charts, deliveries, deploys, previews, report
from bench.environment import BenchEnvironment
from bench.report import Row

PARTS: dict[str, Callable[[BenchEnvironment], list[Row]]] = {
    "deliveries": deliveries.measure,
    "builds": builds.measure,
    "previews": previews.measure,
    "deploys": deploys.measure,  # the last one: it takes the stack away and brings it back
}
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main(arguments: Sequence[str]) -> int:
    """Measures, prints and writes; the page is written when every part was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", metavar="PART,PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a look at each part, which writes no page")
    options = parser.parse_args(arguments)
    names = [part for part in options.only.split(",") if part]
    if unknown := sorted(set(names) - PARTS.keys()):
        print(f"error: ONLY is {','.join(names)}, but must be some of {', '.join(PARTS)}", file=sys.stderr)
        print(f"error: there is no {', '.join(unknown)}", file=sys.stderr)
        return 1
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = BenchEnvironment.open(Path(folder), quick=options.quick)
        for name, measure in PARTS.items():
            if not names or name in names:
                print(f"== {name}", flush=True)
                results = measure(environment)
                print("\n".join(f"   {row}" for row in results), flush=True)
                rows += results
        if not names and not options.quick:
            PAGE.write_text(report.page(rows, environment.machine()), encoding="utf-8")
            charts.write(PAGE)
            print(f"{PAGE.name} and its charts are written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
