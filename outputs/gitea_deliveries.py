"""The deliveries of the sandbox's forge, out of its database: its API neither shows nor repeats them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import requests

from outputs.delivery import Delivery
from sandbox.gitea_database import GiteaDatabase, Recorded
from sandbox.mistake import Mistake
from sandbox.signed_push import signature

SECONDS = 20
SIGNATURE = "X-Hub-Signature-256"


@dataclass(frozen=True, kw_only=True)
class GiteaDeliveries:
    database: GiteaDatabase
    url: str
    """The listener's."""
    secret: str

    def deliveries(self) -> Iterator[Delivery]:
        for one in self.database.recorded():
            yield Delivery(
                identity=one.identity,
                event=one.event,
                at=one.at,
                status=one.status,
                why=one.answer.strip() or "no word",
                payload=json.loads(one.body),
                signed=one.headers.get(SIGNATURE) == signature(self.secret, one.body.encode()),
            )

    def redeliver(self, delivery: Delivery) -> None:
        """Gitea repeats a delivery for whoever presses its button alone: so it is sent from here."""
        one: Recorded = next(one for one in self.database.recorded() if one.identity == delivery.identity)
        body = one.body.encode()
        headers = {**one.headers, SIGNATURE: signature(self.secret, body)}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(self.url, data=body, headers=headers, timeout=SECONDS)
                answer.raise_for_status()
        except requests.RequestException as error:
            raise Mistake(f"{self.url} does not take {one.identity}: {type(error).__name__}") from None
