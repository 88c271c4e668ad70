"""Statuses that the forge shows at a commit."""

from dataclasses import dataclass

from cli.push import Push
from sandbox.forge.forge import REPOSITORY
from toolkit.polling import wait_for

SECONDS = 60.0


@dataclass(frozen=True)
class CommitStatus:
    """One status of a commit."""

    state: str
    description: str
    context: str


def statuses(push: Push, commit: str) -> list[CommitStatus]:
    """Every status of the commit, the first one first."""
    path = f"repos/{push.forge.account.username}/{REPOSITORY}/commits/{commit}/statuses?sort=oldest"
    return [
        CommitStatus(status["status"], status["description"], status["context"])
        for status in push.forge.api.get(path)
    ]


def last_status(push: Push, commit: str) -> CommitStatus:
    """The status of the commit once it is not pending any more."""

    def ended() -> CommitStatus | str:
        reports = statuses(push, commit)
        if not reports:
            return "the commit has no status"
        return reports[-1] if reports[-1].state != "pending" else str(reports[-1])

    last: CommitStatus = wait_for("the commit's last status", ended, SECONDS)
    return last
