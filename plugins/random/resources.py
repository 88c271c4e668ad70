"""The resource types of pulumi-random: inputs, defaults, checks, and what each creates."""

import base64
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plugins.random.characters import Characters

Inputs = Mapping[str, Any]
Outputs = dict[str, Any]
Failure = tuple[str, str]

BCRYPT_READS = 72  # bytes; what follows in a longer password is not part of the hash


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One resource type.

    `create` takes the inputs with their defaults and gives the id and the computed outputs. `check` gives
    (property, reason) for what is wrong with known inputs.
    """

    inputs: Mapping[str, type]
    create: Callable[[Inputs], tuple[str, Outputs]]
    required: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Inputs], list[Failure]] = lambda _inputs: []
    computed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()

    def with_defaults(self, inputs: Inputs) -> dict[str, Any]:
        """The inputs, completed; `number` is the old name of `numeric` and always equals it."""
        completed = {**self.defaults, **inputs}
        if "numeric" in self.inputs:
            numeric = inputs.get("numeric", inputs.get("number", True))
            completed["numeric"] = completed["number"] = numeric
        return completed


def _string(inputs: Inputs) -> str:
    return Characters(
        length=inputs["length"],
        upper=inputs["upper"],
        min_upper=inputs["minUpper"],
        lower=inputs["lower"],
        min_lower=inputs["minLower"],
        numeric=inputs["numeric"],
        min_numeric=inputs["minNumeric"],
        special=inputs["special"],
        min_special=inputs["minSpecial"],
        override_special=inputs.get("overrideSpecial", ""),
    ).generate()


def _create_string(inputs: Inputs) -> tuple[str, Outputs]:
    result = _string(inputs)
    return result, {"result": result}


def _create_password(inputs: Inputs) -> tuple[str, Outputs]:
    import bcrypt  # noqa: PLC0415 - only passwords need it, and every start would pay for it

    result = _string(inputs)
    hashed = bcrypt.hashpw(result.encode()[:BCRYPT_READS], bcrypt.gensalt(10))
    return "none", {"result": result, "bcryptHash": hashed.decode()}


def _check_string(inputs: Inputs) -> list[Failure]:
    failures = []
    minima = ("minUpper", "minLower", "minNumeric", "minSpecial")
    for key in minima:
        if inputs[key] < 0:
            failures.append((key, f"must be at least 0, got: {inputs[key]}"))
    total = sum(inputs[key] for key in minima)
    if inputs["length"] < 1:
        failures.append(("length", f"must be at least 1, got: {inputs['length']}"))
    elif inputs["length"] < total:
        failures.append(
            ("length", f"must be at least the sum of {', '.join(minima)}, got: {inputs['length']}")
        )
    if not any(inputs[key] for key in ("special", "upper", "lower", "numeric")):
        failures.append(("special", "at least one of special, upper, lower, numeric must be true"))
    return failures


def _create_id(inputs: Inputs) -> tuple[str, Outputs]:
    data = secrets.token_bytes(inputs["byteLength"])
    prefix = inputs.get("prefix", "")
    url = base64.urlsafe_b64encode(data).decode().rstrip("=")
    return url, {
        "b64Url": prefix + url,
        "b64Std": prefix + base64.b64encode(data).decode(),
        "hex": prefix + data.hex(),
        "dec": prefix + str(int.from_bytes(data, "big")),
    }


def _create_bytes(inputs: Inputs) -> tuple[str, Outputs]:
    data = secrets.token_bytes(inputs["length"])
    encoded = base64.b64encode(data).decode()
    # The official provider's id is this value too, though the value is secret and an id cannot be.
    return encoded, {"base64": encoded, "hex": data.hex()}


def _create_integer(inputs: Inputs) -> tuple[str, Outputs]:
    number = inputs["min"] + secrets.randbelow(inputs["max"] - inputs["min"] + 1)
    return str(number), {"result": number}


def _check_integer(inputs: Inputs) -> list[Failure]:
    if inputs["max"] < inputs["min"]:
        return [("min", f"must be smaller than or equal to max ({inputs['max']}), got: {inputs['min']}")]
    return _no_seed(inputs)


def _create_shuffle(inputs: Inputs) -> tuple[str, Outputs]:
    """Permutations one after another, as many as wanted: nothing repeats before all have come."""
    choices = inputs["inputs"]
    count = inputs.get("resultCount", len(choices))
    result: list[str] = []
    while choices and len(result) < count:
        result += secrets.SystemRandom().sample(choices, len(choices))
    return "-", {"results": result[:count]}


def _no_seed(inputs: Inputs) -> list[Failure]:
    if inputs.get("seed"):
        return [("seed", "a seed's result is known to the official pulumi-random plugin only; leave it out")]
    return []


def _create_uuid(_inputs: Inputs) -> tuple[str, Outputs]:
    identity = str(uuid.uuid4())
    return identity, {"result": identity}


def _at_least_one(key: str) -> Callable[[Inputs], list[Failure]]:
    def check(inputs: Inputs) -> list[Failure]:
        return [] if inputs[key] >= 1 else [(key, f"must be at least 1, got: {inputs[key]}")]

    return check


_STRING_INPUTS: dict[str, type] = {
    "keepers": dict,
    "length": int,
    "lower": bool,
    "minLower": int,
    "minNumeric": int,
    "minSpecial": int,
    "minUpper": int,
    "number": bool,
    "numeric": bool,
    "overrideSpecial": str,
    "special": bool,
    "upper": bool,
}
_STRING_DEFAULTS = {
    **dict.fromkeys(("minLower", "minNumeric", "minSpecial", "minUpper"), 0),
    **dict.fromkeys(("lower", "special", "upper"), True),
}

_STRING: dict[str, Any] = {
    "inputs": _STRING_INPUTS,
    "required": ("length",),
    "defaults": _STRING_DEFAULTS,
    "check": _check_string,
}
_UUID = Kind(inputs={"keepers": dict}, computed=("result",), create=_create_uuid)

KINDS: dict[str, Kind] = {
    "random:index/randomPassword:RandomPassword": Kind(
        **_STRING,
        create=_create_password,
        computed=("result", "bcryptHash"),
        secret=("result", "bcryptHash"),
    ),
    "random:index/randomString:RandomString": Kind(**_STRING, create=_create_string, computed=("result",)),
    "random:index/randomId:RandomId": Kind(
        inputs={"byteLength": int, "keepers": dict, "prefix": str},
        required=("byteLength",),
        check=_at_least_one("byteLength"),
        create=_create_id,
        computed=("b64Url", "b64Std", "hex", "dec"),
    ),
    "random:index/randomBytes:RandomBytes": Kind(
        inputs={"keepers": dict, "length": int},
        required=("length",),
        check=_at_least_one("length"),
        create=_create_bytes,
        computed=("base64", "hex"),
        secret=("base64", "hex"),
    ),
    "random:index/randomInteger:RandomInteger": Kind(
        inputs={"keepers": dict, "max": int, "min": int, "seed": str},
        required=("max", "min"),
        check=_check_integer,
        create=_create_integer,
        computed=("result",),
    ),
    "random:index/randomShuffle:RandomShuffle": Kind(
        inputs={"inputs": list, "keepers": dict, "resultCount": int, "seed": str},
        required=("inputs",),
        check=_no_seed,
        create=_create_shuffle,
        computed=("results",),
    ),
    "random:index/randomUuid:RandomUuid": _UUID,
    "random:index/randomUuid4:RandomUuid4": _UUID,
}
