"""The deliveries of the sandbox's forge, out of its database: its API neither shows nor repeats them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import requests

from cli.deliveries.delivery import Delivery
from forges.signed_push import signature
from sandbox.forge.database import DeliveryRecord, GiteaDatabase
from toolkit.errors import UserError
from toolkit.http import local_session

SECONDS = 20
SIGNATURE = "X-Hub-Signature-256"


@dataclass(frozen=True, kw_only=True)
class GiteaDeliveries:
    database: GiteaDatabase
    url: str
    """The listener's."""
    secret: str

    def deliveries(self) -> Iterator[Delivery]:
        for record in self.database.delivery_records():
            yield Delivery(
                identity=record.identity,
                event=record.event,
                at=record.at,
                status=record.status,
                reason=record.answer.strip() or "no word",
                payload=json.loads(record.body),
                signed=record.headers.get(SIGNATURE) == signature(self.secret, record.body.encode()),
            )

    def redeliver(self, delivery: Delivery) -> None:
        """Gitea repeats a delivery for whoever presses its button alone: so it is sent from here."""
        record: DeliveryRecord = next(
            record for record in self.database.delivery_records() if record.identity == delivery.identity
        )
        body = record.body.encode()
        headers = {**record.headers, SIGNATURE: signature(self.secret, body)}
        try:
            with local_session() as session:
                answer = session.post(self.url, data=body, headers=headers, timeout=SECONDS)
                answer.raise_for_status()
        except requests.RequestException as error:
            raise UserError(f"{self.url} does not take {record.identity}: {type(error).__name__}") from None
