"""What each of pulumi-random's kinds makes, but for strings and passwords."""

import base64
import uuid
from collections.abc import Iterator

import pytest

from plugins.random.__main__ import register
from plugins.values import secret
from tests.unit.plugins.provider_engine import Engine, serving

ID, BYTES, INTEGER, SHUFFLE, UUID = (
    f"random:index/random{name}:Random{name}" for name in ("Id", "Bytes", "Integer", "Shuffle", "Uuid")
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with serving(register) as engine:
        yield engine


def test_an_id_has_four_spellings_of_the_same_bytes(engine: Engine) -> None:
    for length in range(1, 30):
        identity, outputs = engine.create(ID, byteLength=length, prefix="pre-")
        made = bytes.fromhex(outputs["hex"].removeprefix("pre-"))
        assert len(made) == length
        assert base64.b64decode(outputs["b64Std"].removeprefix("pre-")) == made
        assert outputs["dec"] == f"pre-{int.from_bytes(made, 'big')}"
        assert outputs["b64Url"] == f"pre-{identity}", "the id has no prefix"
        assert "=" not in identity, "nor padding"
        assert base64.urlsafe_b64decode(identity + "==") == made


def test_bytes_are_secret(engine: Engine) -> None:
    identity, outputs = engine.create(BYTES, length=10)
    assert outputs["hex"] == secret(base64.b64decode(identity).hex()), "both spellings are the same bytes"
    assert outputs["base64"] == secret(identity)


def test_an_integer_lies_between_min_and_max_and_reaches_both(engine: Engine) -> None:
    made = {engine.create(INTEGER, min=-1, max=2)[1]["result"] for _ in range(200)}
    assert made == {-1, 0, 1, 2}, "both ends belong to it"
    assert engine.create(INTEGER, min=7, max=7)[0] == "7", "the id is the number"


def test_a_uuid_is_one_of_version_4(engine: Engine) -> None:
    identity, outputs = engine.create(UUID)
    assert identity == outputs["result"]
    assert uuid.UUID(identity).version == 4


def test_a_shuffle_repeats_nothing_before_everything_has_come(engine: Engine) -> None:
    _, outputs = engine.create(SHUFFLE, inputs=["a", "b", "c"], resultCount=8)
    results = outputs["results"]
    assert len(results) == 8
    assert sorted(results[:3]) == sorted(results[3:6]) == ["a", "b", "c"], (
        "whole permutations, one after another"
    )
    assert sorted(engine.create(SHUFFLE, inputs=["a", "b", "b"])[1]["results"]) == ["a", "b", "b"]
    assert engine.create(SHUFFLE, inputs=["a"], resultCount=0)[1]["results"] == []
