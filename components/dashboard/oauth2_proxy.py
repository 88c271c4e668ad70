"""oauth2-proxy: it lets through who has logged in, here or elsewhere.

It stands between the ingress controller and a Service, in a namespace of its own, so it needs nothing of the
controller and works alike with every kind. Options: oauth2-proxy.github.io, configuration overview.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgsDict
from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    EnvVarArgsDict,
    PodSpecArgsDict,
    VolumeArgsDict,
    VolumeMountArgsDict,
)

import settings
from components.kube import pod_security
from components.kube.backend import Backend
from components.kube.metadata import labels, metadata
from components.kube.namespace import inside
from components.kube.priority import placement

NAME = "dashboard-oauth2-proxy"
SECRET = "dashboard-login"  # all that the pod must have before it starts
PAGE = "dashboard-sign-in"
PORT = 4180
USER = 65532
POD = {"app.kubernetes.io/name": NAME}
# Of a pod whose users are known elsewhere, which it must ask.
ELSEWHERE = {"tekton-builds/login": "elsewhere"}
# Where its files are in the pod, and their names.
LOGIN_FOLDER, HTPASSWD = "/etc/dashboard-login", "htpasswd"
PAGE_FOLDER, SIGN_IN = "/etc/dashboard-sign-in", "sign_in.html"
CLIENT_SECRET, COOKIE_SECRET = "client-secret", "cookie-secret"
MOUNTS: list[VolumeMountArgsDict] = [
    {"name": "login", "mount_path": LOGIN_FOLDER, "read_only": True},
    {"name": "page", "mount_path": PAGE_FOLDER, "read_only": True},
]
# It wants a provider where no user comes by one. This one sends everybody back to the form, and has nobody
# who would give it a token.
NO_PROVIDER = (
    "--provider=github",
    "--client-id=none",
    "--client-secret-file=/dev/null",
    "--login-url=/oauth2/sign_in",
    "--redeem-url=http://127.0.0.1:1/",
    "--validate-url=http://127.0.0.1:1/",
)
# The Dashboard would ask the API server with a request's Authorization, and not with its own account: it is
# taken away. What is put there is an ID token, which none of these logins has.
NO_AUTHORIZATION = "--pass-authorization-header=true"


@dataclass(frozen=True, kw_only=True)
class OAuth2ProxyArgs:
    auth: settings.BasicAuth | settings.OAuth2Proxy | settings.NoLogin
    image: pulumi.Input[str]
    """Its entrypoint is oauth2-proxy."""
    host: str
    """The host name that people come to."""
    https: bool
    """True when users come by HTTPS: the cookie is then sent over HTTPS only."""
    secrets: Mapping[str, pulumi.Output[str]]
    """Secrets of the login: HTPASSWD for `basic`, CLIENT_SECRET for `oauth2-proxy`, else empty."""
    home: kubernetes.core.v1.Namespace
    """Namespace of the proxy."""
    priority: pulumi.Input[str]
    """The class of its pod."""
    upstream: Backend
    """Service behind the proxy."""


class OAuth2Proxy(pulumi.ComponentResource):
    """A Service in front of another one."""

    backend: Backend
    """The proxy's Service, for a route."""

    def __init__(self, name: str, args: OAuth2ProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:dashboard:OAuth2Proxy", name, None, opts)
        namespace, within = args.home.metadata.name, inside(self, args.home)
        meta = metadata(NAME, namespace, component="dashboard")
        cookie = random.RandomPassword(
            f"{name}-cookie",
            length=32,
            special=False,
            # Sessions are encrypted with it: another password ends those that began with the one before.
            keepers={HTPASSWD: args.secrets[HTPASSWD]} if HTPASSWD in args.secrets else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        contents = {**args.secrets, COOKIE_SECRET: cookie.result}
        secret = kubernetes.core.v1.Secret(
            f"{name}-oauth2-proxy",
            metadata=metadata(SECRET, namespace, component="dashboard"),
            string_data=pulumi.Output.secret(contents),
            opts=within,
        )
        pod: PodSpecArgsDict = {
            "automount_service_account_token": False,
            **placement(args.priority, POD),
            "security_context": pod_security.pod(USER),
            "containers": [_container(args, secret.metadata.name)],
            "volumes": self._volumes(name, args, secret.metadata.name),
        }
        pod_labels = {**POD, **(ELSEWHERE if isinstance(args.auth, settings.OAuth2Proxy) else {})}
        deployment = kubernetes.apps.v1.Deployment(
            f"{name}-oauth2-proxy",
            metadata=meta,
            spec=_deployment(pod, pod_labels, reads=_digest(contents)),
            opts=within,
        )
        service = kubernetes.core.v1.Service(
            f"{name}-oauth2-proxy",
            metadata=meta,
            spec={"selector": POD, "ports": [{"name": "http", "port": PORT, "target_port": PORT}]},
            # Nobody is sent to pods that were never ready.
            opts=inside(self, args.home, depends_on=[deployment]),
        )
        self.backend = Backend(
            namespace=namespace,
            service=service.metadata.name,
            port=PORT,
            pods=POD,
            ready=args.upstream.ready,
        )
        self.register_outputs({"service": self.backend.service})

    def _volumes(
        self, name: str, args: OAuth2ProxyArgs, secret: pulumi.Input[str]
    ) -> list[VolumeArgsDict] | None:
        if HTPASSWD not in args.secrets:
            return None
        page = kubernetes.core.v1.ConfigMap(
            f"{name}-sign-in",
            metadata=metadata(PAGE, args.home.metadata.name, component="dashboard"),
            data={SIGN_IN: Path(__file__).with_name(SIGN_IN).read_text(encoding="utf-8")},
            opts=inside(self, args.home),
        )
        return [
            {
                "name": "login",
                "secret": {"secret_name": secret, "items": [{"key": HTPASSWD, "path": HTPASSWD}]},
            },
            {"name": "page", "config_map": {"name": page.metadata.name}},
        ]


def _digest(contents: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
    """A digest of the secrets that the proxy reads when it starts: others, another pod."""
    return pulumi.Output.unsecret(
        pulumi.Output.all(**contents).apply(
            lambda values: sha256(repr(sorted(values.items())).encode()).hexdigest()
        )
    )


def _deployment(
    pod: PodSpecArgsDict, pod_labels: Mapping[str, str], *, reads: pulumi.Output[str]
) -> DeploymentSpecArgsDict:
    """The Deployment of a pod. Another `reads` makes another pod."""
    return {
        "selector": {"match_labels": POD},
        "template": {
            "metadata": {
                "labels": {**labels("dashboard"), **pod_labels},
                "annotations": {"tekton-builds/reads": reads},
            },
            "spec": pod,
        },
    }


def options(args: OAuth2ProxyArgs, upstream: str) -> list[str]:
    """The command line; no secret is on it."""
    scheme = "https" if args.https else "http"
    return [
        f"--http-address=0.0.0.0:{PORT}",
        f"--upstream={upstream}",
        f"--redirect-url={scheme}://{args.host}/oauth2/callback",
        f"--cookie-secure={'true' if args.https else 'false'}",
        "--cookie-samesite=lax",
        # X-Forwarded-User and its like say who has logged in, whatever a request says of itself.
        "--pass-user-headers=true",
        "--pass-basic-auth=false",
        *_login(args.auth),
    ]


def _login(auth: settings.BasicAuth | settings.OAuth2Proxy | settings.NoLogin) -> list[str]:
    """The options that say who is let through."""
    if isinstance(auth, settings.BasicAuth):
        return [
            *NO_PROVIDER,
            NO_AUTHORIZATION,
            # No mail domain is among them, so that nobody gets in but the file's user.
            f"--htpasswd-file={LOGIN_FOLDER}/{HTPASSWD}",
            f"--custom-templates-dir={PAGE_FOLDER}",
        ]
    if isinstance(auth, settings.NoLogin):
        return [*NO_PROVIDER, NO_AUTHORIZATION, "--email-domain=*", "--skip-auth-route=^/"]
    flags = [f"--provider={auth.provider}", f"--client-id={auth.client_id}", "--skip-provider-button=true"]
    if auth.provider == "github":
        flags.append(NO_AUTHORIZATION)
    if auth.github_org:
        flags.append(f"--github-org={auth.github_org}")
    if auth.issuer:
        flags.append(f"--oidc-issuer-url={auth.issuer}")
    # Members of an organisation may have any address.
    return flags + [f"--email-domain={domain}" for domain in auth.email_domains or ("*",)]


def _container(args: OAuth2ProxyArgs, secret: pulumi.Input[str]) -> ContainerArgsDict:
    def from_secret(variable: str, key: str) -> EnvVarArgsDict:
        return {"name": variable, "value_from": {"secret_key_ref": {"name": secret, "key": key}}}

    upstream = pulumi.Output.concat("http://", args.upstream.host, f":{args.upstream.port}")
    variables = [from_secret("OAUTH2_PROXY_COOKIE_SECRET", COOKIE_SECRET)]
    if CLIENT_SECRET in args.secrets:
        variables.insert(0, from_secret("OAUTH2_PROXY_CLIENT_SECRET", CLIENT_SECRET))
    return {
        "name": "oauth2-proxy",
        "image": args.image,
        "args": upstream.apply(lambda url: options(args, url)),
        "env": variables,
        "ports": [{"name": "http", "container_port": PORT}],
        "readiness_probe": {"http_get": {"path": "/ping", "port": PORT}, "period_seconds": 5},
        "liveness_probe": {"http_get": {"path": "/ping", "port": PORT}, "period_seconds": 10},
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "security_context": pod_security.CONTAINER,
        **({"volume_mounts": MOUNTS} if HTPASSWD in args.secrets else {}),
    }
