"""Records of Gitea that its API does not show: a webhook's secret and its deliveries.

Read-only, from the SQLite file of the pinned Gitea (models/webhook of v1.24.6).
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BUSY_SECONDS = 10  # Gitea holds the file's lock for the length of a transaction


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event as the EventListener knows it: its id labels every object made for it."""

    identity: str
    namespace: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt to deliver an event.

    `identity` is what the receiver saw as X-GitHub-Delivery; `status` is the HTTP status, 0 when nobody
    answered; `answer` is the body of the answer, or the reason why there is none.
    """

    identity: str
    is_complete: bool
    succeeded: bool
    status: int
    answer: str

    @property
    def event(self) -> Event | None:
        """The event that Tekton's EventListener made of it; None when something else answered."""
        try:
            answer = json.loads(self.answer)
            return Event(identity=answer["eventID"], namespace=answer["namespace"])
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """A delivery with the request that was sent. `status` and `answer` are as in Delivery."""

    identity: str
    event: str
    at: datetime
    headers: Mapping[str, str]
    body: str
    status: int
    answer: str


class GiteaDatabase:
    """`file`: the SQLite file. Raises sqlite3.Error when it is missing or busy for more than BUSY_SECONDS."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(f"{self._file.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        try:
            yield connection
        finally:
            connection.close()

    def webhook_secret(self, webhook: int) -> str | None:
        """The secret that signs this webhook's deliveries."""
        with self._open() as connection:
            row = connection.execute("SELECT secret FROM webhook WHERE id = ?", (webhook,)).fetchone()
        return row[0] if row else None

    def delivery_records(self) -> list[DeliveryRecord]:
        """Every delivery that was tried, the newest first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT uuid, event_type, delivered, request_content, payload_content, response_content"
                " FROM hook_task WHERE is_delivered AND request_content != '' ORDER BY id DESC"
            ).fetchall()
        return [
            DeliveryRecord(
                identity=identity,
                event=event,
                at=datetime.fromtimestamp(nanoseconds / 1e9, UTC),
                headers=json.loads(request)["headers"],
                body=body,
                **_answer_fields(response),
            )
            for identity, event, nanoseconds, request, body, response in rows
        ]

    def delivery(self, commit: str) -> Delivery | None:
        """The newest delivery of the push whose `after` is this commit."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT uuid, is_delivered, is_succeed, response_content, payload_content"
                " FROM hook_task WHERE instr(payload_content, ?) ORDER BY id DESC",
                (commit,),
            ).fetchall()
        for identity, delivered, succeeded, response, payload in rows:
            if json.loads(payload).get("after") == commit:
                return Delivery(
                    identity=identity,
                    # Gitea marks an attempt as delivered before it makes it; an answer means it is over.
                    is_complete=bool(delivered) and bool(response),
                    succeeded=bool(succeeded),
                    **_answer_fields(response),
                )
        return None


def _answer_fields(response: str | None) -> dict[str, Any]:
    """The `status` and `answer` of a delivery, out of what Gitea recorded of the answer."""
    answer = json.loads(response) if response else {}
    return {"status": answer.get("status") or 0, "answer": answer.get("body") or ""}
