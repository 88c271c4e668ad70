"""What the edge lets through to the listener: how large, how many at once, how often, and from where.

The listener reads a whole body, answers 202, and only then copies it for Tekton's interceptors: what it holds
is bounded by a rate, and by nothing that looks at open requests alone. So its memory is the sum over SIZES of
the bodies that can be in work at once, and all of them at one of its pods.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# GitHub sends up to 25 MB, and nothing above.
BODY_MIB = 26
BODY_BYTES = BODY_MIB << 20
# Seconds after which the listener gives up a body: the deadline of its calls to the interceptors.
WORK_SECONDS = 5
# Memory of a listener for each byte of a body: it is read twice, parsed, and for each trigger written as
# JSON inside of JSON, which makes six bytes of a `<`. Such a body of 20 MiB took 626 MiB with one trigger.
READ_FACTOR, TRIGGER_FACTOR = 8, 24
LISTENER_MIB = 48  # of a listener without work
# Tries of a delivery for which there is no room yet, 0.25 to 0.5 seconds apart: 7 to 8 seconds in all, where
# GitHub waits 10 and Gitea 5.
TRIES, PAUSE = 22, "250ms"
SIGNATURE = "HeaderRegexp(`X-Hub-Signature-256`, `^sha256=[0-9a-f]{64}$`)"
CLASS_HEADER = "X-Body-Size"
NOBODY = "255.255.255.255/32"  # no packet has it as its source
UNAUTHORIZED = 401
PREFIX = "nginx.ingress.kubernetes.io/"


@dataclass(frozen=True, kw_only=True)
class BodySize:
    """Deliveries of one size, which share one allowance, whoever sends them."""

    name: str
    length: str
    """What Content-Length matches; empty: anything, and none at all."""
    bytes: int
    """The most that such a body has."""
    per_period: int
    """How many go on to the listener in each period, in the long run."""
    period_seconds: int
    burst: int
    """How many may go at once."""
    open: int
    """How many may be under way at the edge, those that wait among them; more are answered 429."""

    @property
    def in_work(self) -> int:
        """How many bodies the listeners have in work at most."""
        return self.burst + self.per_period * WORK_SECONDS // self.period_seconds


SIZES = (
    # Nearly every push: a storm of tens passes at once, and a few hundred within a forge's patience.
    BodySize(
        name="small",
        length="^([0-9]{1,4}|[1-3][0-9]{4})$",
        bytes=39_999,
        per_period=50,
        period_seconds=1,
        burst=100,
        open=200,
    ),
    BodySize(
        name="medium",
        length="^[0-9]{1,6}$",
        bytes=999_999,
        per_period=1,
        period_seconds=1,
        burst=6,
        open=20,
    ),
    BodySize(name="large", length="", bytes=BODY_BYTES, per_period=1, period_seconds=5, burst=1, open=4),
)


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """The one path that leads to the listener."""

    path: str
    host: str
    """The only host name that it answers to; empty: any."""
    tls: bool
    """Whether it is reached by HTTPS alone."""
    source_ranges: Sequence[str]
    """Who may call; empty: everybody."""


def listener_mib(triggers: int) -> int:
    """Memory that a listener with so many triggers needs when all the edge lets through has come to it."""
    in_work = sum(size.in_work * size.bytes for size in SIZES)
    mib = LISTENER_MIB + in_work * (READ_FACTOR + triggers * TRIGGER_FACTOR) / (1 << 20)
    return math.ceil(mib / 64) * 64


def traefik_configuration(hooks: Hooks, url: str, entry_point: str) -> dict[str, Any]:
    """Traefik's dynamic configuration: routes of their own, before those of Ingress objects.

    `url`: the listener's in the cluster.
    """
    sources = {"ipAllowList": {"sourceRange": list(hooks.source_ranges)}}
    allowed = ["hooks-sources"] if hooks.source_ranges else []
    place = " && ".join([*([f"Host(`{hooks.host}`)"] if hooks.host else []), f"Path(`{hooks.path}`)"])
    shared: dict[str, Any] = {
        "entryPoints": [entry_point],
        "service": "hooks",
        **({"tls": {}} if hooks.tls else {}),
    }
    routers: dict[str, Any] = {
        # Whatever is no signed delivery: nobody in the cluster sees it.
        "hooks-unsigned": {
            **shared,
            "rule": place,
            "priority": 1000,
            "middlewares": [*allowed, "hooks-refusal"],
        }
    }
    middlewares: dict[str, Any] = {
        **({"hooks-sources": sources} if allowed else {}),
        "hooks-refusal": {"ipAllowList": {"sourceRange": [NOBODY], "rejectStatusCode": UNAUTHORIZED}},
    }
    for number, size in enumerate(reversed(SIZES), 1):
        named = {kind: f"hooks-{size.name}-{kind}" for kind in ("class", "open", "body", "wait", "rate")}
        fits = [f"HeaderRegexp(`Content-Length`, `{size.length}`)"] if size.length else []
        routers[f"hooks-{size.name}"] = {
            **shared,
            "rule": " && ".join([place, "Method(`POST`)", SIGNATURE, *fits]),
            "priority": 1000 + number,
            "middlewares": [*allowed, *named.values()],
        }
        middlewares |= {named[kind]: settings for kind, settings in _middlewares(size).items()}
    return {
        "http": {
            "routers": routers,
            "middlewares": middlewares,
            "services": {"hooks": {"loadBalancer": {"servers": [{"url": url}], "serversTransport": "hooks"}}},
            # Each delivery has a connection of its own, so that it goes to a listener that is there, and to
            # either alike.
            "serversTransports": {"hooks": {"maxIdleConnsPerHost": -1}},
        }
    }


def _middlewares(size: BodySize) -> dict[str, Any]:
    """In the order in which a delivery passes them, by what they are for."""
    # The same for all deliveries of a size: the limits are the listener's, and not a sender's.
    everybody = {"requestHeaderName": CLASS_HEADER}
    return {
        "class": {"headers": {"customRequestHeaders": {CLASS_HEADER: size.name}}},
        "open": {"inFlightReq": {"amount": size.open, "sourceCriterion": everybody}},
        # Read to its end before the listener sees it, which gives it five seconds. Above 1 MiB it is a file.
        "body": {"buffering": {"maxRequestBodyBytes": size.bytes, "memRequestBodyBytes": 1 << 20}},
        # A delivery is never sent a second time by GitHub: it waits for its turn, and for a listener that
        # takes connections.
        "wait": {
            "retry": {
                "attempts": TRIES,
                "initialInterval": PAUSE,
                "status": ["429"],
                "retryNonIdempotentMethod": True,
                "maxRequestBodyBytes": size.bytes,
            }
        },
        "rate": {
            "rateLimit": {
                "average": size.per_period,
                "period": f"{size.period_seconds}s",
                "burst": size.burst,
                "sourceCriterion": everybody,
            }
        },
    }


def nginx_annotations(hooks: Hooks) -> dict[str, str]:
    """What an Ingress tells ingress-nginx, whose limits are for each source address, whatever the size."""
    allowed = {"whitelist-source-range": ",".join(hooks.source_ranges)} if hooks.source_ranges else {}
    small = SIZES[0]
    limits = {
        "proxy-body-size": f"{BODY_MIB}m",
        "limit-rps": str(small.per_period),
        "limit-burst-multiplier": str(small.burst // small.per_period),
        "limit-connections": str(small.burst),
    }
    return {f"{PREFIX}{name}": value for name, value in {**limits, **allowed}.items()}


def closed_annotations() -> dict[str, str]:
    """Of an Ingress that only carries the certificate and the address, and leads nobody to the listener."""
    return {f"{PREFIX}allowlist-source-range": NOBODY}
