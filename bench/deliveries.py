"""From a signed push to its PipelineRun: one after the other, and 200 in a burst.

The other side is a bare EventListener, whose one interceptor is GitHub's. Runs are made and do not start, on
both sides, so that listeners are measured and not builds. Ours has the ingress controller and the filters in
front of it that the other side does without.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from kubernetes import watch
from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError

from bench.place import TEKTON, Place
from bench.report import Row
from bench.tutorial import tutorial
from sandbox.changed_stack import changed
from sandbox.forge import REPOSITORY
from sandbox.signed_push import SignedPush
from sandbox.waiting import wait_for

ROUNDS, BURST, AT_ONCE = 15, 200, 20
SECONDS = 120.0
LABEL = "tekton-builds/delivery"


Seen = dict[str, float]
"""When the API server told of the run of a delivery, by the delivery's id."""


def measure(place: Place) -> list[Row]:
    settings = {"runs": {"concurrent": 1, "cancelSuperseded": False}}
    repository = place.forge.api.get(f"repos/{place.forge.account.username}/{REPOSITORY}")
    log = place.folder / "deliveries.log"
    with (
        changed(place.paths, log, settings, {}) as outputs,
        tutorial(place, place.forge.clone_url, "service", waits=True) as other,
        _watched(place, outputs["namespace"]) as ours,
        _watched(place, other.namespace) as theirs,
    ):
        sides: list[tuple[Callable[[], SignedPush], Seen]] = [
            (
                lambda: SignedPush(
                    url=outputs["hooks_url"], secret=outputs["webhook_secret"], repository=repository
                ),
                ours,
            ),
            (lambda: SignedPush(url=other.url, secret=other.secret, repository=repository), theirs),
        ]
        singles: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for index, (made, seen) in enumerate(sides):
                singles[index].append(_one(made(), seen))
        _tidy(place, outputs["namespace"])
        bursts = []
        for made, seen in sides:
            bursts.append(_burst([made() for _ in range(BURST)], seen))
            _tidy(place, outputs["namespace"])
    return [
        Row(what="push to PipelineRun", ours=singles[0], against="a bare EventListener", theirs=singles[1]),
        Row(
            what=f"{BURST} pushes in a burst, {AT_ONCE} at once, to the last PipelineRun",
            ours=[bursts[0][0]],
            against="a bare EventListener",
            theirs=[bursts[1][0]],
            note=f"lost: ours {bursts[0][1]}, the other side {bursts[1][1]}",
        ),
    ]


@contextmanager
def _watched(place: Place, namespace: str) -> Iterator[Seen]:
    seen, stream, ended = Seen(), watch.Watch(), threading.Event()

    def follow() -> None:
        listed: Any = place.custom.list_namespaced_custom_object
        while not ended.is_set():
            # The server ends a watch when it likes; the next one tells of all that is there again.
            with suppress(HTTPError, ApiException):
                for event in stream.stream(listed, *TEKTON, namespace, "pipelineruns"):
                    labels = event["object"].get("metadata", {}).get("labels", {})
                    seen.setdefault(labels.get(LABEL, ""), time.perf_counter())

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        stream.stop()


def _one(push: SignedPush, seen: Seen) -> float:
    began = time.perf_counter()
    push.send().raise_for_status()
    wait_for("the run of a push", lambda: push.identity in seen, SECONDS, interval=0.005)
    return seen[push.identity] - began


def _burst(pushes: list[SignedPush], seen: Seen) -> tuple[float, int]:
    """Seconds until the last run that came, and how many have none."""
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda one: one.send(), pushes))
    refused = [answer for answer in answers if answer.status_code != 202]
    assert not refused, f"a push of the burst was refused: {refused[0].text}"
    wanted = {one.identity for one in pushes}
    with suppress(TimeoutError):  # those that are missing are counted
        wait_for("all runs", lambda: wanted <= seen.keys(), SECONDS, interval=0.05)
    came = [seen[one] for one in wanted if one in seen]
    return max(came) - began, len(wanted) - len(came)


def _tidy(place: Place, namespace: str) -> None:
    """Runs that wait go before they start; the other side's go with their namespace."""
    place.custom.delete_collection_namespaced_custom_object(
        *TEKTON, namespace, "pipelineruns", propagation_policy="Background"
    )
    wait_for("runs to go", lambda: not place.listed("pipelineruns", namespace), SECONDS)
