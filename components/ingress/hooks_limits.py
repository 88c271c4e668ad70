"""Limits of the edge for requests to the listener: size, concurrency, rate and source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.body_sizes import BODY_MIB, SIZES, BodySize
from settings import Ingress

# Tries of a delivery for which there is no room yet, 0.25 to 0.5 seconds apart: 7 to 8 seconds in all, where
# GitHub waits 10 and Gitea 5.
TRIES, PAUSE = 22, "250ms"
SIGNATURE = "HeaderRegexp(`X-Hub-Signature-256`, `^sha256=[0-9a-f]{64}$`)"
CLASS_HEADER = "X-Body-Size"
NOBODY = "255.255.255.255/32"  # no packet has it as its source
UNAUTHORIZED = 401
PREFIX = "nginx.ingress.kubernetes.io/"


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """The one path that leads to the listener."""

    path: str
    host: str
    """The only host name that it answers to; empty: any."""
    tls: bool
    """True when it is reached by HTTPS only."""
    source_ranges: Sequence[str]
    """CIDRs that may call; empty: all."""


def hooks_of(settings: Ingress, path: str) -> Hooks:
    """The path of deliveries, as the settings want it reached."""
    return Hooks(
        path=path,
        host=settings.host,
        tls=settings.tls is not None,
        source_ranges=settings.source_ranges,
    )


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
    """Annotations for ingress-nginx, whose limits are for each source address, whatever the size."""
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
    """Annotations of an Ingress that carries certificate and address only, and routes no request."""
    return {f"{PREFIX}allowlist-source-range": NOBODY}
