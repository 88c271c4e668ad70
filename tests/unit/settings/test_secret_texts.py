"""Passwords as people have them: from a file, from Windows, with a blank."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from settings.secret_texts import one_line
from settings.secrets import Secrets
from tests.support.program import SECRETS, config
from tests.support.recorded import record
from tests.unit.settings.loading import load, refusal


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    return config(tmp_path / "kubeconfig")


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n", "\r"])
def test_the_line_end_of_a_file_is_no_part_of_a_password(given: dict[str, Any], end: str) -> None:
    found: list[str] = []

    def body() -> None:
        login = Secrets.load().logins
        assert login.registry is not None
        login.registry.password.apply(found.append)

    record(body, config=given, secrets={**SECRETS, "registryPassword": f"s3cret{end}"})
    assert found == ["s3cret"]


@pytest.mark.parametrize("key", ["registryPassword", "gitPassword", "statusToken"])
@pytest.mark.parametrize("between", ["\n", "\r\n", "\0", "\x1b"])
def test_what_is_more_than_a_line_is_refused_by_name_and_not_shown(
    given: dict[str, Any], key: str, between: str
) -> None:
    given["commitStatus"] = {"api": "https://git.example.com/api/v1"}
    (sentence,) = refusal(given, {**SECRETS, key: f"s3cret{between}s3cret"})
    assert sentence.startswith(f"{key} has a line end or another control character in it")
    assert f"pulumi config set --secret {key}" in sentence
    assert "s3cret" not in sentence


@pytest.mark.parametrize("password", [" s3cret", "s3cret ", "s3cret\t\n"])
def test_a_blank_at_an_end_may_be_meant_and_is_warned_of(
    given: dict[str, Any], password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    load(given, {**SECRETS, "registryPassword": password})
    (sentence,) = said
    assert sentence.startswith("registryPassword begins or ends with a blank")
    assert "s3cret" not in sentence
    assert one_line(password) == password.rstrip("\n"), "and is taken as it is"


def test_an_ordinary_password_is_no_reason_for_words(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    load(given)
    assert said == []
