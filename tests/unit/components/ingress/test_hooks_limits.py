"""What Traefik is told of the webhook's path, judged as Traefik judges it, and the listener's memory."""

import json
import re
from typing import Any

import pytest

from components.ingress.hooks_limits import Hooks, traefik_configuration
from pipelines import trigger
from pipelines.body_sizes import BODY_BYTES, SIZES, BodySize, listener_mib
from pipelines.trigger import Trigger, TriggerRepository

SIGNED = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
URL = "http://el-github-listener.builds-webhook.svc:8080"
MATCHER = re.compile(r"(\w+)\(`([^`]*)`(?:, `([^`]*)`)?\)")


def hooks(**changed: Any) -> Hooks:
    return Hooks(**{"path": "/hooks", "host": "", "tls": False, "source_ranges": (), **changed})


def http(**changed: Any) -> dict[str, Any]:
    configuration = traefik_configuration(hooks(**changed), URL, "web")
    return json.loads(json.dumps(configuration))["http"]  # type: ignore[no-any-return]


def router(configuration: dict[str, Any], headers: dict[str, str], **request: str) -> str:
    """The router that takes a request: of those whose rule fits, the one with the highest priority."""
    given = {"host": "ci.example.com", "path": "/hooks", "method": "POST", **request}

    def fits(rule: str) -> bool:
        found = [match for part in rule.split(" && ") if (match := MATCHER.fullmatch(part))]
        assert len(found) == len(rule.split(" && ")), f"a matcher that this test does not know: {rule}"
        plain = {"Host": given["host"], "Path": given["path"], "Method": given["method"]}
        return all(
            plain[kind] == first if kind in plain else bool(re.search(second, headers.get(first, "")))
            for kind, first, second in (match.groups() for match in found)
        )

    taken = [(one["priority"], name) for name, one in configuration["routers"].items() if fits(one["rule"])]
    return max(taken)[1] if taken else ""


@pytest.mark.parametrize(
    ("length", "name"),
    [
        ("2", "hooks-small"),
        ("9999", "hooks-small"),
        ("39999", "hooks-small"),
        ("40000", "hooks-medium"),
        ("100000", "hooks-medium"),
        ("999999", "hooks-medium"),
        ("1000000", "hooks-large"),
        ("25000000", "hooks-large"),
        (None, "hooks-large"),
        ("+5", "hooks-large"),
    ],
)
def test_a_signed_delivery_has_the_allowance_of_its_size(length: str | None, name: str) -> None:
    headers = {**SIGNED, **({} if length is None else {"Content-Length": length})}
    assert router(http(), headers) == name, "a body whose size is not said may be the largest"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": "sha256=" + "g" * 64},
        {"X-Hub-Signature-256": "sha256=" + "0" * 65},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
    ],
)
def test_what_has_not_the_form_of_a_signature_is_refused_at_the_edge(headers: dict[str, str]) -> None:
    configuration = http()
    name = router(configuration, {**headers, "Content-Length": "10"})
    assert name == "hooks-unsigned"
    assert configuration["routers"][name]["middlewares"] == ["hooks-refusal"]
    refusal = configuration["middlewares"]["hooks-refusal"]["ipAllowList"]
    assert refusal == {"sourceRange": ["255.255.255.255/32"], "rejectStatusCode": 401}


def test_nothing_but_a_post_of_the_path_and_host_reaches_the_listener() -> None:
    signed = {**SIGNED, "Content-Length": "10"}
    assert router(http(), signed, method="GET") == "hooks-unsigned"
    assert router(http(), signed, path="/hooks/") == ""
    assert router(http(host="ci.example.com"), signed) == "hooks-small"
    assert router(http(host="ci.example.com"), signed, host="other.example.com") == ""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_each_limit_of_a_size_stands_in_the_way_of_its_deliveries(size: BodySize) -> None:
    configuration = http()
    chain = configuration["routers"][f"hooks-{size.name}"]["middlewares"]
    steps = [configuration["middlewares"][name] for name in chain]
    everybody = {"requestHeaderName": "X-Body-Size"}
    assert steps == [
        {"headers": {"customRequestHeaders": {"X-Body-Size": size.name}}},
        {"inFlightReq": {"amount": size.open, "sourceCriterion": everybody}},
        {"buffering": {"maxRequestBodyBytes": size.bytes, "memRequestBodyBytes": 1 << 20}},
        {
            "retry": {
                "attempts": 22,
                "initialInterval": "250ms",
                "status": ["429"],
                "retryNonIdempotentMethod": True,
                "maxRequestBodyBytes": size.bytes,
            }
        },
        {
            "rateLimit": {
                "average": size.per_period,
                "period": f"{size.period_seconds}s",
                "burst": size.burst,
                "sourceCriterion": everybody,
            }
        },
    ], "the body is read before it counts, and it waits for its turn before it is refused"


def test_who_may_call_is_asked_before_all_else_on_every_route() -> None:
    configuration = http(source_ranges=("192.30.252.0/22", "2a0a:a440::/29"))
    for name, one in configuration["routers"].items():
        assert one["middlewares"][0] == "hooks-sources", name
    allowed = configuration["middlewares"]["hooks-sources"]["ipAllowList"]
    assert allowed == {"sourceRange": ["192.30.252.0/22", "2a0a:a440::/29"]}
    assert "hooks-sources" not in http()["middlewares"], "an empty list is refused by Traefik"


def test_with_a_certificate_the_routes_are_on_the_encrypted_entry_point() -> None:
    configuration = traefik_configuration(hooks(tls=True, host="ci.example.com"), URL, "websecure")
    for one in configuration["http"]["routers"].values():
        assert (one["tls"], one["entryPoints"]) == ({}, ["websecure"])


def test_every_delivery_has_a_connection_of_its_own() -> None:
    configuration = http()
    service = configuration["services"]["hooks"]["loadBalancer"]
    assert service == {"servers": [{"url": URL}], "serversTransport": "hooks"}
    assert configuration["serversTransports"] == {"hooks": {"maxIdleConnsPerHost": -1}}, (
        "connections that stay all lead to one listener, and into nothing when its node is gone"
    )


def test_the_limits_of_each_size_are_these() -> None:
    """Bytes of a body; how many go on in how many seconds, how many at once; how many are under way."""
    found = {
        size.name: (size.bytes, size.per_period, size.period_seconds, size.burst, size.open) for size in SIZES
    }
    assert found == {
        "small": (39_999, 50, 1, 100, 200),
        "medium": (999_999, 1, 1, 6, 20),
        "large": (26 << 20, 1, 5, 1, 4),
    }, "the edge's memory is for these, and the listener's"


def test_a_storm_of_tens_passes_and_what_github_sends_at_most_too() -> None:
    small, _, large = SIZES
    assert small.burst >= 100, "fifty repositories pushed to at once, and as many again"
    assert BODY_BYTES == large.bytes == 26 * 1024 * 1024
    assert large.bytes > 25_000_000


def test_the_listener_holds_whatever_the_edge_lets_through_within_its_deadline() -> None:
    """In five seconds: (100 + 50 x 5) x 40 kB, (6 + 1 x 5) x 1 MB, (1 + 1) x 27.3 MB: 79.5 MB.

    20 MiB of the worst JSON took 626 MiB, which is 31.3 bytes for each: 2.3 GiB, at one pod.
    """
    in_work = 350 * 39_999 + 11 * 999_999 + 2 * BODY_BYTES
    assert sum(size.in_work * size.bytes for size in SIZES) == in_work
    assert listener_mib(1) << 20 >= in_work * 626 / 20
    assert listener_mib(1) <= 2560, "more than a small node has"
    assert listener_mib(2) > listener_mib(1), "each trigger makes a copy of its own"


def test_the_listener_has_that_memory() -> None:
    source = TriggerRepository(full_name="team/shop", branches=["main"], pipeline="p")
    triggers = [Trigger(name=name, sources=[source], template="t") for name in ("a", "b")]
    for number in (1, 2):
        spec = trigger.listener_spec("account", triggers[:number], 2)
        pods = spec["resources"]["kubernetesResource"]["spec"]["template"]["spec"]
        limit = pods["containers"][0]["resources"]["limits"]["memory"]
        assert limit == f"{listener_mib(number)}Mi"
