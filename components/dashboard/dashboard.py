"""The way to Tekton's Dashboard, and the login in front of it: the Dashboard itself has none.

Its objects are one of Tekton's releases and come with them. Whoever sees it sees the logs of every build. The
login is a proxy in a namespace of its own, and the Dashboard's pods answer nobody else: no annotation decides
who gets in, and the ingress controller reads neither Tekton's namespace nor the login's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.dashboard import oauth2_proxy
from components.dashboard.oauth2_proxy import OAuth2Proxy, OAuth2ProxyArgs
from components.ingress import IngressController, Route, RouteArgs
from components.kube.backend import Backend
from components.kube.namespace import namespace
from settings import BasicAuth, NoLogin, Settings
from settings import Dashboard as DashboardSettings
from settings import OAuth2Proxy as OAuth2Login

SERVICE, PORT = "tekton-dashboard", 9097
PODS = {"app.kubernetes.io/name": "dashboard", "app.kubernetes.io/part-of": "tekton-dashboard"}
NAMESPACE = "dashboard"


def runs_page(settings: Settings, namespace: str) -> str:
    """The address of its page on the PipelineRuns of a namespace, ending before a run's name; empty: none."""
    if not settings.has_dashboard_login:
        return ""
    scheme = "https" if settings.dashboard.tls else "http"
    return f"{scheme}://{settings.dashboard.host}/#/namespaces/{namespace}/pipelineruns/"


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    settings: DashboardSettings
    controller: IngressController | None
    """It leads to the login; None: nothing does, and people forward a port to the Dashboard itself."""
    image: pulumi.Input[str]
    """Image of oauth2-proxy."""
    client_secret: pulumi.Output[str] | None
    """Client secret of the OAuth application."""
    namespace: pulumi.Output[str]
    """Namespace of the Dashboard."""
    priority: pulumi.Input[str]
    """The class of the login's pod."""
    depends_on: Sequence[pulumi.Resource] = ()
    """Resources that make the Dashboard."""


class Dashboard(pulumi.ComponentResource):
    """The way to the Dashboard: a route, and the login behind it."""

    url: pulumi.Output[str]
    """URL of the Dashboard."""
    password: pulumi.Output[str] | None = None
    """Password of the basic-auth user; None without that user."""
    namespaces: Mapping[str, pulumi.Resource]
    """Namespaces of the login, by name; empty without a login."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:dashboard:Dashboard", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        if args.controller is None:
            self.namespaces = {}
            # Whoever may forward a port to it has a kubeconfig: that is the login.
            pulumi.log.info(
                "ingress.kind is 'none', so the Dashboard is reached by `kubectl -n tekton-pipelines "
                f"port-forward service/{SERVICE} {PORT}`, at http://localhost:{PORT}"
            )
            self.url = pulumi.Output.from_input(f"http://localhost:{PORT}")
        else:
            home = namespace(
                f"{name}-namespace",
                NAMESPACE,
                component="dashboard",
                pod_security="restricted",
                opts=self._child,
            )
            self.namespaces = {NAMESPACE: home}
            self.url = self._route(args.controller, self._proxy(home))
        self.register_outputs({})

    @property
    def outputs(self) -> dict[str, pulumi.Output[str]]:
        """The stack's, by name."""
        password = {} if self.password is None else {"dashboard_password": self.password}
        return {"dashboard_url": self.url, **password}

    def _route(self, controller: IngressController, login: Backend) -> pulumi.Output[str]:
        args = self._args
        route = RouteArgs(
            path="/",
            path_type="Prefix",
            host=args.settings.host,
            tls=args.settings.tls,
            controller=controller,
            backend=login,
        )
        return Route(self._name, route, self._child).url

    def _proxy(self, home: kubernetes.core.v1.Namespace) -> Backend:
        args = self._args
        auth, tls = args.settings.auth, args.settings.tls
        if not tls and not isinstance(auth, NoLogin):
            pulumi.log.warn(
                "dashboard.tls is not set: passwords and cookies of its login travel in the clear"
            )
        if isinstance(auth, NoLogin):
            pulumi.log.warn(
                f"dashboard.auth.kind is 'none': whoever reaches {args.settings.host} sees every run"
                + ("" if args.settings.read_only else ", and starts and deletes them")
            )
        proxy = OAuth2ProxyArgs(
            auth=auth,
            image=args.image,
            host=args.settings.host,
            https=tls is not None,
            secrets=self._secrets(auth),
            home=home,
            priority=args.priority,
            upstream=Backend(
                namespace=args.namespace,
                service=pulumi.Output.from_input(SERVICE),
                port=PORT,
                pods=PODS,
                ready=args.depends_on,
            ),
        )
        return OAuth2Proxy(self._name, proxy, self._child).backend

    def _secrets(self, auth: BasicAuth | OAuth2Login | NoLogin) -> Mapping[str, pulumi.Output[str]]:
        if isinstance(auth, NoLogin):
            return {}
        if isinstance(auth, OAuth2Login):
            assert self._args.client_secret is not None, "the settings are refused without it"
            return {oauth2_proxy.CLIENT_SECRET: self._args.client_secret}
        password = random.RandomPassword(f"{self._name}-password", length=32, special=False, opts=self._child)
        self.password = pulumi.Output.secret(password.result)
        # One line as `htpasswd -B` writes it.
        line = password.bcrypt_hash.apply(lambda hashed: f"{auth.username}:{hashed}")
        return {oauth2_proxy.HTPASSWD: pulumi.Output.secret(line)}
