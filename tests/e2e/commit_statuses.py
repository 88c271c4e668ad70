"""What the forge shows at a commit."""

from dataclasses import dataclass

from cli.push import Push
from sandbox.forge.forge import REPOSITORY
from toolkit.polling import wait_for

SECONDS = 60.0


@dataclass(frozen=True)
class Told:
    """One status, in the order in which the forge was told."""

    state: str
    description: str
    context: str


def statuses(push: Push, commit: str) -> list[Told]:
    """Every status of the commit, the first one first."""
    path = f"repos/{push.forge.account.username}/{REPOSITORY}/commits/{commit}/statuses?sort=oldest"
    return [Told(one["status"], one["description"], one["context"]) for one in push.forge.api.get(path)]


def last_status(push: Push, commit: str) -> Told:
    """The status of the commit once it is not pending any more."""

    def ended() -> Told | str:
        found = statuses(push, commit)
        if not found:
            return "the commit has no status"
        return found[-1] if found[-1].state != "pending" else str(found[-1])

    found: Told = wait_for("the commit's last status", ended, SECONDS)
    return found
