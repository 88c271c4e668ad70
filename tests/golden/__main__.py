"""`make golden BASE=COMMIT`: whether the program registers what it registered at another commit."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.golden import keys
from tests.golden.differences import Comparison, compared
from tests.golden.recording import RunError, record
from tests.golden.report import ExpectedDifference, ExpectedError, read_expectations, report
from tests.golden.stack import Stack, stacks
from tests.golden.world import World, served

CHECKOUT = Path(__file__).resolve().parents[2]
RENDERED = CHECKOUT / ".sandbox" / "releases"


class GoldenError(Exception):
    """Reason why nothing could be compared, in one sentence."""


def main() -> int:
    """0: no difference but those expected; 1: some; 2: nothing could be compared."""
    arguments = _arguments()
    try:
        expectations = read_expectations(arguments.expected)
        return _compare(arguments.base, _folders(arguments.releases), expectations)
    except (GoldenError, ExpectedError, RunError) as error:
        print(f"golden: {error}", file=sys.stderr)
        return 2


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make golden", description=__doc__)
    parser.add_argument("--base", required=True, help="the commit that the working tree is compared with")
    parser.add_argument("--releases", default="", help="folders with manifests, a colon between them")
    parser.add_argument("--expected", type=Path, help="a YAML file of the differences that are meant")
    return parser.parse_args()


def _folders(releases: str) -> list[Path]:
    folders = [Path(part).expanduser() for part in releases.split(":") if part]
    if missing := [str(folder) for folder in folders if not folder.is_dir()]:
        raise GoldenError(f"RELEASES has {', '.join(missing)}, but must name folders with manifests")
    return [*([RENDERED] if RENDERED.is_dir() else []), *folders]


def _compare(base: str, folders: Sequence[Path], expectations: Sequence[ExpectedDifference]) -> int:
    world = World(folders)
    with tempfile.TemporaryDirectory(prefix="golden-") as temporary:
        folder = Path(temporary)
        with worktree(base, folder / "base") as base_checkout, served(world, folder) as values:
            all_stacks = stacks(values)
            if uncovered := keys.uncovered(all_stacks):
                raise GoldenError(
                    f"tests/golden/stacks must have two values of every setting, and have fewer of "
                    f"{', '.join(uncovered)}: set each in another stack"
                )
            world.clusters.update({stack.name: stack for stack in all_stacks})
            comparisons = _compare_all(base_checkout, all_stacks, values)
    small = sorted(world.manifests.keys() - world.files.keys())
    manifests = f"small manifests stand for {', '.join(small)}" if small else "every manifest is real"
    print(f"compared {base} with {CHECKOUT.name}'s files in {len(all_stacks)} stacks; {manifests}")
    return report(comparisons, expectations)


def _compare_all(
    base_checkout: Path, all_stacks: Sequence[Stack], values: Mapping[str, str]
) -> dict[str, Comparison]:
    """The comparison of each stack, by its name."""

    def comparison(stack: Stack) -> Comparison:
        return compared(record(base_checkout, stack, values), record(CHECKOUT, stack, values))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip([stack.name for stack in all_stacks], pool.map(comparison, all_stacks), strict=True))


@contextmanager
def worktree(commit: str, folder: Path) -> Iterator[Path]:
    """The files of a commit, in `folder` for as long as the block lasts. Raises GoldenError."""
    git = ["git", "-C", str(CHECKOUT)]
    add = [*git, "worktree", "add", "--detach", "--quiet", str(folder), commit]
    if (process := subprocess.run(add, capture_output=True, text=True, check=False)).returncode:
        reason = (process.stderr.strip() or "git said nothing").splitlines()[-1]
        raise GoldenError(f"BASE is {commit!r}, but must be a commit of this repository: {reason}")
    try:
        yield folder
    finally:
        subprocess.run([*git, "worktree", "remove", "--force", str(folder)], check=True)


if __name__ == "__main__":
    sys.exit(main())
