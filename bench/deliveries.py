"""Time from a signed push to its PipelineRun: one after the other, and 200 in a burst.

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

from bench.environment import TEKTON, BenchEnvironment
from bench.report import Row
from bench.tutorial import tutorial
from forges.signed_push import SignedPush
from sandbox.forge.forge import REPOSITORY
from sandbox.stack.overrides import stack_overrides
from toolkit.polling import wait_for

ROUNDS, BURST, AT_ONCE = 15, 200, 20
SECONDS = 120.0
LABEL = "tekton-builds/delivery"


RunTimes = dict[str, float]
"""Time at which the API server reported the run of a delivery, by the delivery's id."""


def measure(environment: BenchEnvironment) -> list[Row]:
    settings = {"runs": {"concurrencyLimit": 1, "cancelSuperseded": False}}
    repository = environment.forge.api.get(f"repos/{environment.forge.account.username}/{REPOSITORY}")
    log = environment.folder / "deliveries.log"
    with (
        stack_overrides(environment.paths, log, settings, {}) as outputs,
        tutorial(environment, environment.forge.clone_url, "service", starts_pending=True) as baseline,
        _watch_runs(environment, outputs["namespace"]) as stack_times,
        _watch_runs(environment, baseline.namespace) as baseline_times,
    ):
        sides: list[tuple[Callable[[], SignedPush], RunTimes]] = [
            (
                lambda: SignedPush(
                    url=outputs["hooks_url"], secret=outputs["webhook_secret"], repository=repository
                ),
                stack_times,
            ),
            (
                lambda: SignedPush(url=baseline.url, secret=baseline.secret, repository=repository),
                baseline_times,
            ),
        ]
        singles: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for index, (make_push, times) in enumerate(sides):
                singles[index].append(_push_seconds(make_push(), times))
        _tidy(environment, outputs["namespace"])
        bursts = []
        for make_push, times in sides:
            bursts.append(_burst([make_push() for _ in range(BURST)], times))
            _tidy(environment, outputs["namespace"])
    return [
        Row(
            subject="push to PipelineRun",
            seconds=singles[0],
            baseline="a bare EventListener",
            baseline_seconds=singles[1],
        ),
        Row(
            subject=f"{BURST} pushes in a burst, {AT_ONCE} at once, to the last PipelineRun",
            seconds=[bursts[0][0]],
            baseline="a bare EventListener",
            baseline_seconds=[bursts[1][0]],
            note=f"lost: ours {bursts[0][1]}, the other side {bursts[1][1]}",
        ),
    ]


@contextmanager
def _watch_runs(environment: BenchEnvironment, namespace: str) -> Iterator[RunTimes]:
    times, stream, ended = RunTimes(), watch.Watch(), threading.Event()

    def follow() -> None:
        list_runs: Any = environment.custom.list_namespaced_custom_object
        while not ended.is_set():
            # The server ends a watch when it likes; the next one tells of all that is there again.
            with suppress(HTTPError, ApiException):
                for event in stream.stream(list_runs, *TEKTON, namespace, "pipelineruns"):
                    labels = event["object"].get("metadata", {}).get("labels", {})
                    times.setdefault(labels.get(LABEL, ""), time.perf_counter())

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield times
    finally:
        ended.set()
        stream.stop()


def _push_seconds(push: SignedPush, times: RunTimes) -> float:
    began = time.perf_counter()
    push.send().raise_for_status()
    wait_for("the run of a push", lambda: push.identity in times, SECONDS, interval=0.005)
    return times[push.identity] - began


def _burst(pushes: list[SignedPush], times: RunTimes) -> tuple[float, int]:
    """Seconds until the last run that came, and how many have none."""
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda push: push.send(), pushes))
    refusals = [answer for answer in answers if answer.status_code != 202]
    assert not refusals, f"a push of the burst was refused: {refusals[0].text}"
    identities = {push.identity for push in pushes}
    with suppress(TimeoutError):  # those that are missing are counted
        wait_for("all runs", lambda: identities <= times.keys(), SECONDS, interval=0.05)
    arrivals = [times[push] for push in identities if push in times]
    return max(arrivals) - began, len(identities) - len(arrivals)


def _tidy(environment: BenchEnvironment, namespace: str) -> None:
    """Runs that wait go before they start; the other side's go with their namespace."""
    environment.custom.delete_collection_namespaced_custom_object(
        *TEKTON, namespace, "pipelineruns", propagation_policy="Background"
    )
    wait_for("runs to go", lambda: not environment.list_objects("pipelineruns", namespace), SECONDS)
