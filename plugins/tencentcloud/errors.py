"""Errors of the cloud and its provider, in their form."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parent / "facts" / "codes.json"


class RefusedError(Exception):
    """The operation is not done; the text is what the user reads."""


class CloudError(RefusedError):
    """Refused by an action of the cloud's API, as "tke:CreateCluster": a code, and its words.

    Raises ValueError for a code that the cloud's SDK does not list for the action (facts/codes.json).
    """

    def __init__(self, action: str, code: str, message: str) -> None:
        if code not in codes(action):
            raise ValueError(f"{action} never answers {code}; it may answer {', '.join(codes(action))}")
        super().__init__(f"[TencentCloudSDKError] Code={code}, Message={message}")
        self.code = code


def codes(action: str) -> Mapping[str, int]:
    """The codes that an action may answer, with the line of the SDK's client that lists each."""
    lines: Mapping[str, int] = _facts()["actions"][action]["codes"]
    return lines


@functools.cache
def _facts() -> Mapping[str, Any]:
    facts: Mapping[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts
