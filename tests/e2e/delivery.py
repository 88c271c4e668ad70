"""Deliveries made by hand, so that one thing of them can be wrong."""

import requests

from sandbox.forge.database import Delivery


def accepted_delivery(answer: requests.Response) -> Delivery:
    """A delivery made by hand that the listener has taken, as the forge would know it."""
    assert answer.status_code == 202, f"a right delivery was refused: {answer.text}"
    return Delivery(identity="by hand", is_complete=True, succeeded=True, status=202, answer=answer.text)
