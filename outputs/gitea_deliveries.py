"""The deliveries of the sandbox's forge, out of its database: its API neither shows nor repeats them."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

import requests

from outputs.delivery import Delivery
from outputs.mistakes import Mistake
from sandbox.gitea_database import GiteaDatabase, Recorded

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
                signed=one.headers.get(SIGNATURE) == self._signature(one.body),
            )

    def _signature(self, body: str) -> str:
        return "sha256=" + hmac.new(self.secret.encode(), body.encode(), hashlib.sha256).hexdigest()

    def redeliver(self, delivery: Delivery) -> None:
        """Gitea repeats a delivery for whoever presses its button alone: so it is sent from here."""
        one: Recorded = next(one for one in self.database.recorded() if one.identity == delivery.identity)
        headers = {**one.headers, SIGNATURE: self._signature(one.body)}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(self.url, data=one.body.encode(), headers=headers, timeout=SECONDS)
                answer.raise_for_status()
        except requests.RequestException as error:
            raise Mistake(f"{self.url} does not take {one.identity}: {type(error).__name__}") from None
