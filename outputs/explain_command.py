"""`make explain`: where a delivery, or the push of a commit, has ended."""

import re
from collections.abc import Callable

from outputs import forges, stack_outputs
from outputs.delivery import Delivery, refusal
from outputs.runs import Run, Runs
from sandbox.mistake import Mistake
from sandbox.paths import Paths


def run(stack: str, delivery: str, commit: str, repository: str, paths: Paths) -> int:
    """Says it; 0 when it has ended as it should, 1 when it is lost. Raises Mistake."""
    wanted = _wanted(delivery, commit)
    outputs = stack_outputs.read(stack, paths)
    runs = Runs.of(outputs, stack)
    known = runs.all()
    found = [one for one in known if wanted(one.delivery, one.commit)]
    for one in found:
        print(f"push      {one.commit} to {one.branch} of {one.repository}, delivery {one.delivery}")
        print("\n".join(runs.told(one)))
    if found:
        return 0
    with forges.opened(stack, repository, outputs, paths) as forge:
        for sent in forge.deliveries():
            if wanted(sent.identity, sent.commit):
                return _told(sent, outputs["repositories"], known, runs)
    what = f"delivery {delivery}" if delivery else f"push of {commit}"
    print(f"the forge remembers no {what}, and no run is of it")
    return 1


def _wanted(delivery: str, commit: str) -> Callable[[str, str], bool]:
    """Whether a delivery's id, or a commit, is what was asked for."""
    if bool(delivery) == bool(commit):
        raise Mistake("give one of the two: DELIVERY=ID or COMMIT=SHA")
    if commit and not re.fullmatch(r"[0-9a-f]{7,64}", commit):
        raise Mistake(f"COMMIT is {commit!r}, but must be 7 or more hexadecimal digits of a commit's name")
    if delivery and not re.fullmatch(r"[0-9A-Za-z-]{1,63}", delivery):
        raise Mistake(f"DELIVERY is {delivery!r}, but must be the id that the forge shows, as a UUID")
    if delivery:
        return lambda identity, _: identity == delivery
    return lambda _, name: name.startswith(commit)


def _told(delivery: Delivery, built: dict[str, list[str]], known: list[Run], runs: Runs) -> int:
    print(f"delivery  {delivery}, at {delivery.at:%Y-%m-%d %H:%M:%S} UTC")
    if not delivery.taken:
        how = f"answered {delivery.status}" if delivery.status else "did not answer"
        print(f"answer    the listener {how}: {delivery.why[:200]}")
    why = refusal(delivery, built)
    if why:
        print(f"no run    {why}")
        return 0
    same = [one for one in known if one.builds(delivery)]
    if same:
        print("\n".join(runs.told(same[0])))
        return 0
    lost = (
        "it was taken, and then lost, or its run is no longer kept"
        if delivery.taken
        else "it was never taken"
    )
    unknown = "" if delivery.signed else "; GitHub does not show whether it is signed with the stack's secret"
    print(f"no run    {lost}{unknown}: `make redeliver` sends it again")
    return 1
