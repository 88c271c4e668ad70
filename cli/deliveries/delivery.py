"""A webhook's delivery, and whether a stack builds what it tells of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

HEADS, TAGS = "refs/heads/", "refs/tags/"
COMMIT = r"[0-9a-f]{40}|[0-9a-f]{64}"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A request that the forge has sent, or has tried to send."""

    identity: str
    """Id in the header X-GitHub-Delivery; a delivery that is sent again keeps it."""
    event: str
    at: datetime
    """Time of the first attempt."""
    status: int
    """The HTTP status that it was answered with; 0 when nobody answered."""
    reason: str
    """The forge's own words on that."""
    payload: Mapping[str, Any]
    signed: bool | None
    """True when it is signed with the stack's secret; None where the forge does not show what it sent."""

    @property
    def repository(self) -> str:
        """OWNER/NAME in lower case."""
        repository = self.payload.get("repository")
        return str(repository.get("full_name", "")).lower() if isinstance(repository, Mapping) else ""

    @property
    def branch(self) -> str:
        """The branch that was pushed to; empty when it was none."""
        ref = str(self.payload.get("ref") or "")
        return ref.removeprefix(HEADS) if ref.startswith(HEADS) else ""

    @property
    def commit(self) -> str:
        """The commit that was pushed."""
        return str(self.payload.get("after") or "")

    @property
    def is_accepted(self) -> bool:
        """True when a listener has answered that it accepts it."""
        return 200 <= self.status < 300

    def __str__(self) -> str:
        if self.event != "push":
            return f"{self.identity} {self.event}"
        target = self.branch or str(self.payload.get("ref") or "no ref")
        return f"{self.identity} push of {self.commit[:12]} to {target} of {self.repository}"


def refusal(delivery: Delivery, branches: Mapping[str, Sequence[str]]) -> str | None:
    """The reason why the listener starts no run for it; None when it starts one.

    `branches`: the branches that are built, by OWNER/NAME in lower case. The conditions are those that
        pipelines/trigger.py writes for the listener, in the order in which it asks.
    """
    if delivery.signed is False:
        return "it is not signed with the stack's secret: `make webhook` gives the forge the right one"
    if delivery.event != "push":
        return f"the event is {delivery.event}, and nothing but a push is built"
    if delivery.repository not in branches:
        return f"the repository {delivery.repository or 'is missing, which'} is none of the stack's"
    return _not_built(delivery, branches[delivery.repository])


def _not_built(delivery: Delivery, branches: Sequence[str]) -> str | None:
    ref = str(delivery.payload.get("ref") or "")
    if ref.startswith(TAGS):
        return f"it is a tag, {ref.removeprefix(TAGS)}, and nothing but a branch is built"
    if delivery.branch not in branches:
        return f"the branch {delivery.branch or ref} is not built; built are: {' and '.join(branches)}"
    if delivery.payload.get("deleted") or re.fullmatch("0+", delivery.commit):
        return f"the branch {delivery.branch} was deleted"
    if not re.fullmatch(COMMIT, delivery.commit):
        return f"{delivery.commit[:80]!r} is no commit"
    return None
