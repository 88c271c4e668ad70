"""The stand-in for pulumi-random, driven as the engine drives it, over gRPC."""

import random
import string
from collections.abc import Iterator
from typing import Any

import bcrypt
import grpc
import pytest

from plugins.protocol import provider_pb2
from plugins.random.__main__ import register
from plugins.values import UNKNOWN, from_wire, plain, secret, to_wire
from tests.unit.plugins.provider_engine import Engine, serving

CASES = 25  # random inputs per property; a fixed seed, so that a failure comes back


PASSWORD, STRING, ID, BYTES, INTEGER, SHUFFLE, UUID = (
    f"random:index/random{name}:Random{name}"
    for name in ("Password", "String", "Id", "Bytes", "Integer", "Shuffle", "Uuid")
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with serving(register) as engine:
        yield engine


def some_string_inputs() -> Iterator[dict[str, Any]]:
    choice = random.Random(4)
    for _ in range(CASES):
        least = {key: choice.randint(0, 4) for key in ("minUpper", "minLower", "minNumeric", "minSpecial")}
        switches = {key: choice.random() < 0.6 for key in ("upper", "lower", "numeric", "special")}
        switches[choice.choice(list(switches))] = True
        special = {"overrideSpecial": choice.choice(["_", "#;", "ä€🙂"])} if choice.random() < 0.5 else {}
        yield {**least, **switches, **special, "length": max(1, sum(least.values()) + choice.randint(0, 40))}


@pytest.mark.parametrize("kind", [STRING, PASSWORD])
def test_a_string_has_its_length_its_minimums_and_no_other_characters(engine: Engine, kind: str) -> None:
    for inputs in some_string_inputs():
        _, outputs = engine.create(kind, **inputs)
        result = plain(outputs)["result"]
        assert len(result) == inputs["length"], f"length is in characters, with {inputs}"
        classes = {
            "Upper": string.ascii_uppercase,
            "Lower": string.ascii_lowercase,
            "Numeric": string.digits,
            "Special": inputs.get("overrideSpecial", "!@#$%&*()-_=+[]{}<>:?"),
        }
        for name, letters in classes.items():
            count = sum(letter in letters for letter in result)
            assert count >= inputs[f"min{name}"], f"min{name} holds, with {inputs}: {result!r}"
            if not inputs[name.lower()]:
                assert count == inputs[f"min{name}"], (
                    f"{name.lower()} is off but for min{name}, with {inputs}"
                )
        assert set(result) <= set("".join(classes.values())), "no character of no class"


def test_a_string_uses_all_of_its_characters_evenly(engine: Engine) -> None:
    _, outputs = engine.create(STRING, length=20000, special=False, upper=False)
    counts = [outputs["result"].count(letter) for letter in string.ascii_lowercase + string.digits]
    assert min(counts) > 400, "each of 36 characters is due 555 times in 20000"
    assert max(counts) < 720, "no character is preferred"


def test_the_minimums_are_shuffled_into_the_whole(engine: Engine) -> None:
    firsts = {
        engine.create(STRING, length=10, minUpper=1, upper=False, special=False)[1]["result"][0].isupper()
        for _ in range(200)
    }
    assert firsts == {True, False}, "the one capital is not always at the same place"


def test_two_strings_are_never_the_same(engine: Engine) -> None:
    assert len({engine.create(STRING, length=16)[1]["result"] for _ in range(100)}) == 100


def test_the_id_of_a_string_is_its_value_and_of_a_password_none(engine: Engine) -> None:
    identity, outputs = engine.create(STRING, length=9)
    assert identity == outputs["result"], "as the official plugin has it"
    assert engine.create(PASSWORD, length=9)[0] == "none", (
        "an id is never secret, so it must not be the password"
    )


def test_a_password_is_secret_and_its_hash_fits(engine: Engine) -> None:
    _, outputs = engine.create(PASSWORD, length=24)
    for key in ("result", "bcryptHash"):
        assert outputs[key] == secret(plain(outputs[key])), f"{key} must not reach the state in the clear"
    password, hashed = plain(outputs["result"]), plain(outputs["bcryptHash"])
    assert bcrypt.checkpw(password.encode(), hashed.encode()), "bcryptHash is the hash of result"


def test_the_hash_of_a_long_password_is_of_its_first_72_bytes(engine: Engine) -> None:
    outputs = plain(engine.create(PASSWORD, length=100)[1])
    assert bcrypt.checkpw(outputs["result"].encode()[:72], outputs["bcryptHash"].encode()), (
        "what bcrypt reads"
    )


def test_the_outputs_repeat_the_inputs_and_their_defaults(engine: Engine) -> None:
    _, outputs = engine.create(STRING, length=8, number=False, keepers={"a": "b"})
    assert outputs["keepers"] == {"a": "b"}
    assert outputs["numeric"] is False, "number is the old name of numeric"
    assert outputs["upper"] is True, "defaults are outputs too"
    assert outputs["minUpper"] == 0


def test_a_secret_input_stays_secret_in_the_outputs(engine: Engine) -> None:
    _, outputs = engine.create(STRING, length=8, keepers=secret({"token": "hidden"}))
    assert outputs["keepers"] == secret({"token": "hidden"}), "what came secret must not go out in the clear"


@pytest.mark.parametrize(
    ("kind", "inputs", "wrong", "word"),
    [
        (STRING, {}, "length", "required"),
        (STRING, {"length": 0}, "length", "at least 1"),
        (STRING, {"length": 3, "minUpper": 2, "minLower": 2}, "length", "sum"),
        (STRING, {"length": 3, "minUpper": -1}, "minUpper", "at least 0"),
        (STRING, {"length": 1.5}, "length", "whole number"),
        (STRING, {"length": "8"}, "length", "whole number"),
        (STRING, {"length": True}, "length", "whole number"),
        (STRING, {"length": 8, "upper": "yes"}, "upper", "boolean"),
        (STRING, {"length": 8, "keepers": ["a"]}, "keepers", "map"),
        (STRING, {"length": 8, "lenght": 9}, "lenght", "no input"),
        (STRING, {"length": 8, "number": True, "numeric": False}, "number", "differs"),
        (
            STRING,
            {"length": 8, **dict.fromkeys(("upper", "lower", "numeric", "special"), False)},
            "special",
            "one of",
        ),
        (ID, {"byteLength": 0}, "byteLength", "at least 1"),
        (ID, {}, "byteLength", "required"),
        (BYTES, {"length": 0}, "length", "at least 1"),
        (INTEGER, {"min": 5, "max": 4}, "min", "smaller"),
        (INTEGER, {"min": 5}, "max", "required"),
        (INTEGER, {"min": 1, "max": 2, "seed": "s"}, "seed", "official"),
        (SHUFFLE, {"inputs": ["a"], "seed": "s"}, "seed", "official"),
        (SHUFFLE, {}, "inputs", "required"),
    ],
)
def test_a_wrong_input_is_refused_by_name(
    engine: Engine, kind: str, inputs: dict[str, Any], wrong: str, word: str
) -> None:
    assert word in engine.check(kind, **inputs).get(wrong, ""), "the user must learn which input and why"


def test_an_input_that_is_not_known_yet_is_not_judged(engine: Engine) -> None:
    assert engine.check(STRING, length=UNKNOWN, minUpper=7) == {}, "it comes from another resource"


def test_a_preview_promises_outputs_and_makes_none(engine: Engine) -> None:
    identity, outputs = engine.create(PASSWORD, preview=True, length=8)
    assert identity == "", "there is no id before there is a resource"
    assert outputs["result"] == secret(UNKNOWN), "unknown, and secret already"
    assert outputs["length"] == 8, "inputs are known"


@pytest.mark.parametrize(
    ("kind", "old", "new", "replaces"),
    [
        (STRING, {"length": 8}, {"length": 8}, []),
        (STRING, {"length": 8}, {"length": 9}, ["length"]),
        (STRING, {"length": 8}, {"length": 8, "upper": True}, []),
        (STRING, {"length": 8}, {"length": 8, "upper": False}, ["upper"]),
        (STRING, {"length": 8, "minUpper": 1}, {"length": 8}, ["minUpper"]),
        (STRING, {"length": 8}, {"length": 8, "keepers": {}}, []),
        (STRING, {"length": 8}, {"length": 8, "keepers": {"a": None}}, []),
        (STRING, {"length": 8}, {"length": 8, "keepers": {"a": "1"}}, ["keepers"]),
        (STRING, {"length": 8, "keepers": {"a": "1"}}, {"length": 8, "keepers": {"a": "2"}}, ["keepers"]),
        (STRING, {"length": 8, "keepers": {"a": "1"}}, {"length": 8}, ["keepers"]),
        (STRING, {"length": 8, "overrideSpecial": ""}, {"length": 8}, []),
        (STRING, {"length": 8, "number": False}, {"length": 8, "numeric": False}, []),
        (STRING, {"length": 8, "numeric": False}, {"length": 8}, ["number", "numeric"]),
        (STRING, {"length": 8}, {"length": secret(8)}, []),
        (ID, {"byteLength": 4}, {"byteLength": 4, "prefix": "p"}, ["prefix"]),
        (INTEGER, {"min": 0, "max": 3}, {"min": 0, "max": 4}, ["max"]),
        (SHUFFLE, {"inputs": ["a", "b"]}, {"inputs": ["b", "a"]}, ["inputs"]),
        (UUID, {}, {"keepers": {"a": "1"}}, ["keepers"]),
    ],
)
def test_what_matters_replaces_and_nothing_else_differs(
    engine: Engine, kind: str, old: dict[str, Any], new: dict[str, Any], replaces: list[str]
) -> None:
    answer = engine.diff(kind, old, new)
    assert list(answer.replaces) == replaces, "a random value cannot be updated, only made anew"
    some = provider_pb2.DiffResponse.DIFF_SOME
    none = provider_pb2.DiffResponse.DIFF_NONE
    assert answer.changes == (some if replaces else none)
    assert sorted(answer.detailedDiff) == replaces, "the CLI shows the properties of the detailed diff"


def test_a_refresh_changes_nothing(engine: Engine) -> None:
    _, outputs = engine.create(PASSWORD, length=8)
    request = provider_pb2.ReadRequest(id="none", urn=engine.urn(PASSWORD), properties=to_wire(outputs))
    assert from_wire(engine.stub.Read(request).properties) == outputs, (
        "a random value lives in the state alone"
    )


@pytest.mark.parametrize("kind", ["random:index/randomPet:RandomPet", "random:index/randomUuid7:RandomUuid7"])
def test_what_only_the_official_plugin_knows_is_refused_in_one_sentence(engine: Engine, kind: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        engine.stub.Check(provider_pb2.CheckRequest(urn=engine.urn(kind)))
    details = refused.value.details()
    assert "official pulumi-random" in details, "the user must learn the way out"
    assert "Traceback" not in details


def test_an_import_is_refused_in_one_sentence(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        engine.stub.Read(provider_pb2.ReadRequest(id="abc", urn=engine.urn(STRING)))
    assert "official pulumi-random" in refused.value.details()
