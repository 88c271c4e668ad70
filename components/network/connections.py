"""Allowed connections: the table that the NetworkPolicies are made of, and that docs/security.md shows.

What is not in it is refused, in every namespace of this program and of what it installs. A row is two
permissions: its source may call, and its target may be called.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from components import builds, dashboard, ingress, tekton, webhook

ANYWHERE = "anywhere"
API_SERVER = "the API server"
NAME_SERVERS = "the name servers"
NAME_SERVERS_BY_UDP = "the name servers, by UDP"
INTERNET = "the internet"
LISTED = "`builder.egress`"
RESOLVERS = "tekton-pipelines-resolvers"
ADMISSION_PORT = 8443


@dataclass(frozen=True, kw_only=True)
class Pods:
    """Pods of one namespace."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)
    """Empty: all pods of the namespace."""


@dataclass(frozen=True)
class Connection:
    """A row."""

    source: str
    """A name in PODS, or ANYWHERE."""
    target: str
    """A name in PODS, or one of the names above."""
    ports: tuple[int, ...]
    """TCP; empty: all ports."""
    reason: str


PODS = {
    "builds": Pods(namespace=builds.NAMESPACE),
    "buildkitd": Pods(namespace=builds.BUILDKITD_NAMESPACE),
    "janitor": Pods(namespace=builds.JANITOR_NAMESPACE),
    "listener": Pods(namespace=webhook.NAMESPACE, labels=webhook.PODS),
    "interceptors": Pods(namespace=tekton.NAMESPACE, labels={"app.kubernetes.io/name": "core-interceptors"}),
    "admission": Pods(namespace=tekton.NAMESPACE, labels={"app.kubernetes.io/name": "webhook"}),
    "dashboard": Pods(namespace=tekton.NAMESPACE, labels=dashboard.PODS),
    "login": Pods(namespace=dashboard.NAMESPACE, labels=dashboard.LOGIN_PODS),
    "login-elsewhere": Pods(
        namespace=dashboard.NAMESPACE, labels={**dashboard.LOGIN_PODS, **dashboard.LOGIN_ELSEWHERE}
    ),
    "tekton": Pods(namespace=tekton.NAMESPACE),
    "resolvers": Pods(namespace=RESOLVERS),
    "traefik": Pods(namespace=ingress.TRAEFIK_NAMESPACE),
    "nginx": Pods(namespace=ingress.NGINX_NAMESPACE),
}
EDGES = ("traefik", "nginx")
_EDGE_PORTS = {
    "traefik": ingress.TRAEFIK_PORTS,
    "nginx": (80, 443, ADMISSION_PORT),  # the API server asks it too
}
CONNECTIONS = [
    # What runs strangers' commands has a TCP connection to nothing of the cluster.
    Connection("builds", NAME_SERVERS_BY_UDP, (), "names of registries and forges"),
    Connection("builds", INTERNET, (), "clones, base images, packages, pushes"),
    Connection("builds", LISTED, (), "a forge or registry at a private address"),
    Connection("builds", "buildkitd", (builds.BUILDKITD_PORT,), "builds on the shared buildkitd"),
    Connection("buildkitd", NAME_SERVERS_BY_UDP, (), "names of registries"),
    Connection("buildkitd", INTERNET, (), "base images, packages, pushes"),
    Connection("buildkitd", LISTED, (), "a registry at a private address"),
    *(Connection(ANYWHERE, edge, _EDGE_PORTS[edge], "deliveries, people") for edge in EDGES),
    *(Connection(edge, API_SERVER, (), "Ingresses and endpoints") for edge in EDGES),
    *(Connection(edge, NAME_SERVERS, (), "the names of what its routes lead to") for edge in EDGES),
    *(Connection(edge, "listener", (webhook.PORT,), "deliveries") for edge in EDGES),
    *(Connection(edge, "login", (dashboard.LOGIN_PORT,), "people") for edge in EDGES),
    Connection("login", "dashboard", (dashboard.PORT,), "people who have logged in"),
    Connection("login", NAME_SERVERS, (), "the Dashboard's name, and a provider's"),
    Connection("login-elsewhere", INTERNET, (443,), "GitHub or an OpenID provider, who knows the users"),
    Connection(ANYWHERE, "listener", (webhook.PORT,), "deliveries, where there is no ingress controller"),
    Connection("listener", NAME_SERVERS, (), "the interceptors' name"),
    Connection("listener", API_SERVER, (), "triggers, and the runs that it makes"),
    Connection("listener", "interceptors", (8443,), "signatures"),
    Connection("tekton", API_SERVER, (), "controllers, webhooks, interceptors, Dashboard"),
    Connection(ANYWHERE, "admission", (ADMISSION_PORT,), "the API server, whose address is not known"),
    Connection("resolvers", API_SERVER, (), "requests for remote Tasks"),
    Connection("janitor", API_SERVER, (), "runs"),
]


def connections(present: Collection[str]) -> list[Connection]:
    """The rows between what is there; `present` are names in PODS."""
    return [
        row
        for row in CONNECTIONS
        if (row.source in present or row.source not in PODS)
        and (row.target in present or row.target not in PODS)
        and not (row.source == ANYWHERE and row.target == "listener" and set(EDGES) & set(present))
    ]


def _ports(row: Connection) -> str:
    ports = {NAME_SERVERS: "53", NAME_SERVERS_BY_UDP: "none", API_SERVER: "its own", LISTED: "those listed"}
    return ", ".join(map(str, row.ports)) or ports.get(row.target, "all")


def as_markdown() -> str:
    """The table as docs/security.md has it."""
    lines = ["| from | to | TCP ports | for |", "|---|---|---|---|"]
    lines += [f"| {row.source} | {row.target} | {_ports(row)} | {row.reason} |" for row in CONNECTIONS]
    return "\n".join(lines) + "\n"
