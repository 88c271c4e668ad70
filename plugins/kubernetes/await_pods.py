"""What a Pod that does not become ready says about why: images that cannot be pulled, crashes, no node to
run on.
"""

from __future__ import annotations

from plugins.kubernetes.await_readiness import Object, at, condition_of, is_true, name_of

# Normal on the way to a running container.
UNDER_WAY = {"ContainerCreating", "PodInitializing"}


def pod_problems(pod: Object) -> list[str]:
    """Sentences, the Pod's name first; empty for a Pod that is ready, or merely still starting."""
    if is_true(condition_of(pod, "Ready")) or at(pod, "status", "phase") == "Succeeded":
        return []
    if at(pod, "metadata", "deletionTimestamp"):
        return []
    scheduled = condition_of(pod, "PodScheduled")
    if scheduled and not is_true(scheduled):
        if not scheduled.get("message"):
            return []
        return [f"[Pod {name_of(pod)}]: {scheduled.get('reason', 'not scheduled')}: {scheduled['message']}"]
    statuses = [
        *at(pod, "status", "initContainerStatuses", default=[]),
        *at(pod, "status", "containerStatuses", default=[]),
    ]
    found = [problem for status in statuses for problem in _container_problems(status)]
    if not found:
        ready = condition_of(pod, "Ready") or {}
        found = [str(ready["message"])] if ready.get("message") else []
    return [f"[Pod {name_of(pod)}]: {problem}" for problem in found]


def _container_problems(status: Object) -> list[str]:
    if status.get("ready"):
        return []
    name = status.get("name")
    problems = []
    waiting = at(status, "state", "waiting", default={})
    if waiting.get("reason") and waiting["reason"] not in UNDER_WAY:
        text = ": ".join(filter(None, [waiting["reason"], waiting.get("message")]))
        problems.append(f'container "{name}" is waiting: {text}')
    terminated = at(status, "state", "terminated", default={})
    if terminated.get("exitCode"):
        problems.append(_ended(name, terminated))
    last = at(status, "lastState", "terminated", default={})
    if last.get("exitCode"):
        problems.append(_ended(name, last))
    return problems


def _ended(name: object, terminated: Object) -> str:
    text = f'container "{name}" ended with exit code {terminated["exitCode"]}'
    reason = terminated.get("reason")
    if reason and reason != "Error":  # Error says no more than the code
        text += f" ({reason})"
    return f"{text}: {terminated['message'].strip()}" if terminated.get("message") else text


def selector_of(workload: Object) -> str | None:
    """The label selector of the workload's Pods, as the API server's query takes it."""
    selector = at(workload, "spec", "selector")
    if workload.get("kind") == "ReplicationController":
        selector = {"matchLabels": selector}
    if not isinstance(selector, dict):
        return None
    terms = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or []:
        key, values = expression["key"], ",".join(expression.get("values") or [])
        terms.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[expression["operator"]]
        )
    return ",".join(terms) or None
