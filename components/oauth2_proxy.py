"""oauth2-proxy: it lets through who has logged in elsewhere.

It stands between the ingress controller and a Service, so it needs nothing of the controller and works alike
with every kind. Options: oauth2-proxy.github.io, configuration overview.
"""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict

from components import settings
from components.metadata import labels, metadata
from components.route import Backend

NAME = "dashboard-oauth2-proxy"
PORT = 4180
USER = 65532


@dataclass(frozen=True, kw_only=True)
class OAuth2ProxyArgs:
    chosen: settings.OAuth2Proxy
    image: pulumi.Input[str]
    """Its entrypoint is oauth2-proxy."""
    host: str
    """The host name that people come to."""
    https: bool
    """Whether they come by https: a cookie is then never sent otherwise."""
    client_secret: pulumi.Output[str]
    backend: Backend
    """Where those go who are let through."""


class OAuth2Proxy(pulumi.ComponentResource):
    """A Service in front of another one."""

    backend: Backend
    """Where a route leads now."""

    def __init__(self, name: str, args: OAuth2ProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:dashboard:OAuth2Proxy", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        meta = metadata(NAME, args.backend.namespace, component="dashboard")
        # It encrypts sessions with this: 32 characters are the 32 bytes of AES-256.
        cookie = random.RandomPassword(f"{name}-cookie", length=32, special=False, opts=child)
        secret = kubernetes.core.v1.Secret(
            f"{name}-oauth2-proxy",
            metadata=meta,
            string_data=pulumi.Output.secret(
                {"client-secret": args.client_secret, "cookie-secret": cookie.result}
            ),
            opts=child,
        )
        pods = {"app.kubernetes.io/name": NAME}
        deployment = kubernetes.apps.v1.Deployment(
            f"{name}-oauth2-proxy",
            metadata=meta,
            spec={
                "selector": {"match_labels": pods},
                "template": {
                    "metadata": {"labels": {**labels("dashboard"), **pods}},
                    "spec": {
                        "automount_service_account_token": False,
                        "security_context": {
                            "run_as_non_root": True,
                            "run_as_user": USER,
                            "run_as_group": USER,
                            "seccomp_profile": {"type": "RuntimeDefault"},
                        },
                        "containers": [_container(args, secret.metadata.name)],
                    },
                },
            },
            opts=child,
        )
        service = kubernetes.core.v1.Service(
            f"{name}-oauth2-proxy",
            metadata=meta,
            spec={"selector": pods, "ports": [{"name": "http", "port": PORT, "target_port": PORT}]},
            # Nobody is sent to pods that were never ready.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[deployment]),
        )
        self.backend = Backend(
            namespace=args.backend.namespace, service=service.metadata.name, port=PORT, pods=pods
        )
        self.register_outputs({"service": self.backend.service})


def options(args: OAuth2ProxyArgs, upstream: str) -> list[str]:
    """The command line; no secret is on it."""
    chosen = args.chosen
    scheme = "https" if args.https else "http"
    found = [
        f"--provider={chosen.provider}",
        f"--client-id={chosen.client_id}",
        f"--http-address=0.0.0.0:{PORT}",
        f"--upstream={upstream}",
        f"--redirect-url={scheme}://{args.host}/oauth2/callback",
        f"--cookie-secure={'true' if args.https else 'false'}",
        "--cookie-samesite=lax",
        "--skip-provider-button=true",
        # The Dashboard has no use for who it is, and its logs need none.
        "--pass-user-headers=false",
        "--pass-basic-auth=false",
    ]
    if chosen.github_org:
        found.append(f"--github-org={chosen.github_org}")
    if chosen.issuer:
        found.append(f"--oidc-issuer-url={chosen.issuer}")
    # Members of an organisation may have any address.
    return found + [f"--email-domain={domain}" for domain in chosen.email_domains or ("*",)]


def _container(args: OAuth2ProxyArgs, secret: pulumi.Input[str]) -> ContainerArgsDict:
    def from_secret(variable: str, key: str) -> EnvVarArgsDict:
        return {"name": variable, "value_from": {"secret_key_ref": {"name": secret, "key": key}}}

    upstream = pulumi.Output.concat(
        "http://", args.backend.service, ".", args.backend.namespace, f".svc:{args.backend.port}"
    )
    return {
        "name": "oauth2-proxy",
        "image": args.image,
        "args": upstream.apply(lambda url: options(args, url)),
        "env": [
            from_secret("OAUTH2_PROXY_CLIENT_SECRET", "client-secret"),
            from_secret("OAUTH2_PROXY_COOKIE_SECRET", "cookie-secret"),
        ],
        "ports": [{"name": "http", "container_port": PORT}],
        "readiness_probe": {"http_get": {"path": "/ping", "port": PORT}, "period_seconds": 5},
        "liveness_probe": {"http_get": {"path": "/ping", "port": PORT}, "period_seconds": 10},
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "security_context": {
            "allow_privilege_escalation": False,
            "capabilities": {"drop": ["ALL"]},
            "read_only_root_filesystem": True,
        },
    }
