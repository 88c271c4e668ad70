"""`make cost`: what a stack has that is billed, and what `pulumi up` would change of it."""

from collections.abc import Iterator

from outputs import stack_outputs
from outputs.costs import plan, prices, table
from outputs.costs.plan import Stack
from outputs.costs.prices import Prices
from sandbox import other_stack
from sandbox.mistake import Mistake
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.pulumi import Pulumi, PulumiError
from sandbox.stack_environment import STACKS

UNPRICED = (
    "An unpriced row has its price in the console's calculator; PRICES=FILE takes yours, as docs/tke.md says."
)


def run(stack: str, file: str, paths: Paths) -> int:
    """Shows the charges of the plan and of the state; 0. Raises Mistake."""
    known = prices.read(file)
    try:
        before, after = plan.stacks(_cli(stack, paths).read("preview", "--stack", stack, "--json")["steps"])
    except PulumiError as error:
        raise Mistake(f"stack {stack} has no plan: {error}; `make preview STACK={stack}` says more") from None
    for line in report(stack, before, after, known):
        print(line)
    return 0


def _cli(stack: str, paths: Paths) -> Pulumi:
    if stack in STACKS:
        return stack_outputs.cli(stack, paths)
    return other_stack.previewing(stack, paths, Progress())


def report(stack: str, before: Stack, after: Stack, known: Prices) -> Iterator[str]:
    """What `make cost` prints."""
    shown, region = before if before.charges else after, before.region or after.region
    if not region:
        yield f"Tencent Cloud bills nothing of stack {stack}; whoever runs its cluster may bill:"
    elif before.charges:
        yield f"What is billed of stack {stack} in {region}, as the state has it:"
    else:
        yield f"What would be billed of stack {stack} in {region}; nothing of it is deployed yet:"
    yield from table.charges(shown, known)
    if before.charges:
        found = plan.changes(before, after)
        yield "What `pulumi up` would change of it:" if found else "`pulumi up` would change nothing of it."
        yield from table.changes(found, region, known)
    for kind in sorted(before.unknown | after.unknown):
        yield f"It is not known here whether {kind} is billed."
    if any(known.of(charge, region) is None for charge in shown.charges.values()):
        yield UNPRICED
