"""`make cost`: what a stack has that is billed, and what `pulumi up` would change of it."""

import argparse
from collections.abc import Iterator

from cli import real_stack, stack_outputs
from cli.costs import plan, prices, table
from cli.costs.plan import Plan
from cli.costs.prices import Prices
from cli.options import add_stack
from sandbox.stack.environment import STACKS
from toolkit.errors import UserError
from toolkit.paths import Paths
from toolkit.progress import Progress
from toolkit.pulumi_cli import Pulumi, PulumiError

PARTIAL = "is not shown in this preview"  # of a release that cannot be downloaded
UNPRICED = (
    "An unpriced row has its price in the console's calculator; PRICES=FILE takes yours, "
    "as docs/tencent-cloud.md says."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    parser.add_argument("--prices", default="", metavar="FILE")


def main(options: argparse.Namespace, paths: Paths) -> int:
    return run(options.stack, options.prices, paths)


def run(stack: str, file: str, paths: Paths) -> int:
    """Shows the charges of the plan and of the state; 0. Raises UserError."""
    price_list = prices.read(file)
    try:
        preview = _cli(stack, paths).preview(stack)
    except PulumiError as error:
        raise UserError(f"the plan of stack {stack}: {error}") from None
    for line in _report(stack, plan.read(preview.steps), price_list):
        print(line)
    if releases := [text.partition(PARTIAL)[0].strip() for text in preview.warnings if PARTIAL in text]:
        print(f"Not downloaded, and missing above with what is billed of it: {', '.join(releases)}.")
    return 0


def _cli(stack: str, paths: Paths) -> Pulumi:
    if stack in STACKS:
        return stack_outputs.cli(stack, paths)
    return real_stack.previewing(stack, paths, Progress())


def _report(stack: str, preview: Plan, price_list: Prices) -> Iterator[str]:
    current, goal = preview.current, preview.goal
    subject, region = current if current.charges else goal, current.region or goal.region
    if not region:
        yield f"Tencent Cloud bills nothing of stack {stack}; whoever runs its cluster may bill:"
    elif current.charges:
        yield f"What is billed of stack {stack} in {region}, as the state has it:"
    else:
        yield f"What would be billed of stack {stack} in {region}; nothing of it is deployed yet:"
    yield from table.charges(subject, price_list)
    yield from table.sums(subject, price_list)
    if current.charges:
        changes = preview.changes()
        yield "What `pulumi up` would change of it:" if changes else "`pulumi up` would change nothing of it."
        yield from table.changes(changes, region, price_list)
        for line in table.sums(goal, price_list) if changes else ():
            yield f"then {line}"
    if preview.overlap:
        yield f"Until the old ones have gone, both are billed: {', '.join(preview.overlap)}."
    for kind in sorted(current.unknown | goal.unknown):
        yield f"It is not known here whether {kind} is billed."
    if region and any(price_list.find(charge, region) is None for charge in subject.charges.values()):
        yield UNPRICED
