"""Waiting until an object is ready: by a watch, with a deadline, and with words for what is missing.

One thread and one connection for each wait: fifty at once cost fifty idle sockets. What a watch does not
bring (why Pods do not start) is looked up every `LOOK_EVERY` seconds, and only while something is not ready.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugins.kubernetes.await_pods import pod_problems, selector_of
from plugins.kubernetes.await_readiness import Object, Readiness, at
from plugins.kubernetes.await_stages import Stage, described, stages_of
from plugins.kubernetes.errors import Cancelled, NotReady, PluginError, Unreachable

if TYPE_CHECKING:
    from plugins.kubernetes.api import Api

LOOK_EVERY = 10.0
MOST_EVENTS = 3  # of each object, the latest


def await_ready(api: Api, obj: Object, *, timeout: float, log: Callable[[str], None]) -> Object:
    """The live object once it is ready. `obj` is it as just written; `timeout` in seconds, for all of it.

    Raises NotReady with the last object and reasons: when the time is up, when it failed for good or
    disappeared, or when the user cancelled.
    """
    return _Wait(api, obj, time.monotonic() + timeout, timeout, log).run()


def unready_reasons(api: Api, obj: Object) -> list[str]:
    """What a refresh says of a live object that is not ready now; empty when it is."""
    wait = _Wait(api, obj, 0.0, 0.0, lambda _: None)
    for stage in stages_of(api, obj):
        seen = stage.check([obj] if stage.own else _listed(api, stage), float("inf"))
        if not seen.ready:
            return wait.reasons(seen) or [seen.message]
    return []


@dataclass
class _Wait:
    api: Api
    obj: Object
    deadline: float
    timeout: float
    log: Callable[[str], None]
    seen: Readiness = field(default_factory=lambda: Readiness(False, "waiting to begin"))
    said: dict[str, str] = field(default_factory=dict)

    def run(self) -> Object:
        try:
            for stage in stages_of(self.api, self.obj):
                self._stage(stage)
        except Cancelled:
            raise self._not_ready("is not ready: the wait was cancelled") from None
        except NotReady:
            raise
        except PluginError as error:
            raise NotReady(f"{described(self.obj)} could not be waited for: {error}", self.obj) from None
        return self.obj

    def _stage(self, stage: Stage) -> None:
        """Returns when the stage is over, in rounds of a list and a watch of some seconds."""
        known: dict[str, Object] = {}
        changed = time.monotonic()
        while True:
            left = self.deadline - time.monotonic()
            try:
                present = {self._key(each): each for each in _listed(self.api, stage)}
            except Unreachable as error:  # an API server that restarts is no reason to give up
                if left <= 0:
                    raise
                self._say("problem", f"{self.seen.message} (no answer from the API server: {error})")
                self.api.pause(1)
                continue
            if _versions(present) != _versions(known):
                known, changed = present, time.monotonic()
            if self._over(stage, known, changed):
                return
            if left <= 0:
                raise self._not_ready(f"is not ready after {self.timeout:g} s: {self.seen.message}")
            for kind, each in self.api.watch(
                stage.api_version,
                stage.kind,
                stage.namespace,
                name=stage.name,
                label_selector=stage.labels,
                seconds=min(LOOK_EVERY, left, _until_settled(stage, changed)),
            ):
                key = self._key(each)
                if kind == "DELETED":
                    known.pop(key, None)
                elif _version(known.get(key)) == _version(each):
                    continue
                else:
                    known[key] = each
                changed = time.monotonic()
                if self._over(stage, known, changed):
                    return
            self._say_problems()

    def _over(self, stage: Stage, known: dict[str, Object], changed: float) -> bool:
        found = list(known.values())
        if stage.own:
            if not found:
                raise self._not_ready("was deleted while it was waited for")
            self.obj = found[0]
        self.seen = stage.check(found, time.monotonic() - changed)
        if self.seen.failed:
            raise self._not_ready(f"will not become ready: {self.seen.message}")
        self._say("message", self.seen.message)
        return self.seen.ready

    def _say(self, what: str, text: str) -> None:
        """Only what is new: a problem stays on screen until there is something else to say."""
        if text != self.said.get(what):
            self.said[what] = text
            self.log(text)

    def _say_problems(self) -> None:
        if reasons := self.reasons(self.seen):
            self._say("problem", f"{self.seen.message}; {reasons[-1]}")

    def _not_ready(self, what: str) -> NotReady:
        return NotReady(f"{described(self.obj)} {what}", self.obj, self.reasons(self.seen))

    def reasons(self, seen: Readiness) -> list[str]:
        """What the object, its Pods and the events about them say, without repetition."""
        reasons = list(seen.problems)
        with suppress(PluginError):  # no right to list Pods or events, or no connection: say what is known
            reasons += _clues(self.api, self.obj)
        return list(dict.fromkeys(filter(None, reasons)))

    @staticmethod
    def _key(obj: Object) -> str:
        return str(obj["metadata"]["name"])


def _listed(api: Api, stage: Stage) -> list[Object]:
    if stage.name:
        found = api.get(stage.api_version, stage.kind, stage.namespace, stage.name)
        return [found] if found else []
    return api.list(stage.api_version, stage.kind, stage.namespace, label_selector=stage.labels)


def _until_settled(stage: Stage, changed: float) -> float:
    """Seconds after which the same objects may mean something else, because they have stood still."""
    if stage.settles_after is None:
        return LOOK_EVERY
    left = changed + stage.settles_after - time.monotonic()
    return left if left > 0 else LOOK_EVERY


def _version(obj: Object | None) -> str | None:
    return at(obj, "metadata", "resourceVersion")


def _versions(objects: dict[str, Object]) -> dict[str, str | None]:
    return {key: _version(each) for key, each in objects.items()}


def _clues(api: Api, obj: Object) -> list[str]:
    """Problems of the object's Pods, then warnings among the events about it and those Pods."""
    namespace = at(obj, "metadata", "namespace")
    if namespace is None:
        return []
    selector = selector_of(obj) if obj["kind"] != "Service" else None
    pods = api.list("v1", "Pod", namespace, label_selector=selector) if selector else []
    troubled = {at(pod, "metadata", "uid"): pod_problems(pod) for pod in pods}
    problems = [problem for found in troubled.values() for problem in found]
    unready = {uid for uid, found in troubled.items() if found}
    about = {at(obj, "metadata", "uid"), *unready}
    warnings: dict[str, list[Object]] = {}
    for event in api.list("v1", "Event", namespace, field_selector="type=Warning"):
        uid = at(event, "involvedObject", "uid")
        if uid in about:
            warnings.setdefault(uid, []).append(event)
    for events in warnings.values():
        events.sort(key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""))
        problems += [f"{event.get('reason')}: {event.get('message')}" for event in events[-MOST_EVENTS:]]
    return problems
