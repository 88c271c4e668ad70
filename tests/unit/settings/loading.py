"""Settings, loaded as a program loads them."""

from typing import Any

import pytest

from settings import Settings, SettingsError
from tests.support.program import SECRETS
from tests.support.recorded import record

Given = dict[str, Any]


def load(given: Given, secret: dict[str, str] | None = None) -> Settings:
    found = []
    record(lambda: found.append(Settings.load()), config=given, secrets=SECRETS if secret is None else secret)
    return found[0]


def refusal(given: Given, secret: dict[str, str] | None = None) -> list[str]:
    """The sentences, without the headline."""
    with pytest.raises(SettingsError) as error:
        load(given, secret)
    headline, *sentences = str(error.value).splitlines()
    assert headline == "the stack's settings have mistakes:"
    return sentences
