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

from components import oauth2_proxy, settings
from components.namespace import namespace
from components.oauth2_proxy import OAuth2Proxy, OAuth2ProxyArgs
from components.priority import Priority
from components.route import Backend, Front, Route, RouteArgs
from components.secrets import Secrets
from components.tekton import Tekton

SERVICE, PORT = "tekton-dashboard", 9097
PODS = {"app.kubernetes.io/name": "dashboard", "app.kubernetes.io/part-of": "tekton-dashboard"}
NAMESPACE = "dashboard"
READ_ONLY, READ_WRITE = RELEASES = ("tekton-dashboard", "tekton-dashboard-full")


def release(chosen: settings.Dashboard) -> list[str]:
    """The one release that the settings mean, if any."""
    return [READ_ONLY if chosen.read_only else READ_WRITE] if chosen.enabled else []


def has_login(stack: settings.Settings) -> bool:
    """Whether there is a login: a Dashboard, and an ingress controller that leads to it."""
    return stack.dashboard.enabled and stack.ingress.kind != "none"


def runs_page(stack: settings.Settings, namespace: str) -> str:
    """The address of its page on the PipelineRuns of a namespace, ending before a run's name; empty: none."""
    if not has_login(stack):
        return ""
    scheme = "https" if stack.dashboard.tls else "http"
    return f"{scheme}://{stack.dashboard.host}/#/namespaces/{namespace}/pipelineruns/"


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    chosen: settings.Dashboard
    login: bool
    """False: nothing leads to it, and people forward a port."""
    image: pulumi.Input[str]
    """Of oauth2-proxy."""
    client_secret: pulumi.Output[str] | None
    """Of the OAuth application."""
    namespace: pulumi.Output[str]
    """Where the Dashboard is."""
    priority: pulumi.Input[str]
    """The class of the login's pod."""
    after: Sequence[pulumi.Resource] = ()
    """What makes the Dashboard: no value flows from it."""


class Dashboard(pulumi.ComponentResource):
    """The Dashboard and its login. `route` leads to them, once there is an ingress controller."""

    password: pulumi.Output[str] | None = None
    """Of the one user; None where the settings want no such user."""
    namespaces: Mapping[str, pulumi.Resource]
    """Of the login, by name; empty where there is none."""
    tls: bool
    """Whether its route has a certificate."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:dashboard:Dashboard", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._login: Backend | None = None
        self.namespaces = {}
        self.tls = args.login and args.chosen.tls is not None
        if args.login:
            home = namespace(
                f"{name}-namespace",
                NAMESPACE,
                component="dashboard",
                pod_security="restricted",
                opts=self._child,
            )
            self._login = self._proxy(home)
            self.namespaces = {NAMESPACE: home}
        self.register_outputs({})

    def route(self, front: Front | None) -> pulumi.Output[str]:
        """Lets `front` lead to the login, if there is one; the Dashboard's address."""
        args = self._args
        if front is None or self._login is None:
            # Whoever may forward a port to it has a kubeconfig: that is the login.
            pulumi.log.info(
                "ingress.kind is 'none', so the Dashboard is reached by `kubectl -n tekton-pipelines "
                f"port-forward service/{SERVICE} {PORT}`, at http://localhost:{PORT}"
            )
            return pulumi.Output.from_input(f"http://localhost:{PORT}")
        route = RouteArgs(
            path="/",
            path_type="Prefix",
            host=args.chosen.host,
            tls=args.chosen.tls,
            front=front,
            backend=self._login,
            after=args.after,
        )
        return Route(self._name, route, self._child).url

    def _proxy(self, home: kubernetes.core.v1.Namespace) -> Backend:
        args = self._args
        auth, tls = args.chosen.auth, args.chosen.tls
        if not tls and not isinstance(auth, settings.NoLogin):
            pulumi.log.warn(
                "dashboard.tls is not set: passwords and cookies of its login travel in the clear"
            )
        if isinstance(auth, settings.NoLogin):
            pulumi.log.warn(
                f"dashboard.auth.kind is 'none': whoever reaches {args.chosen.host} sees every run"
                + ("" if args.chosen.read_only else ", and starts and deletes them")
            )
        proxy = OAuth2ProxyArgs(
            auth=auth,
            image=args.image,
            host=args.chosen.host,
            https=tls is not None,
            secrets=self._secrets(auth),
            home=home,
            priority=args.priority,
            upstream=Backend(
                namespace=args.namespace, service=pulumi.Output.from_input(SERVICE), port=PORT, pods=PODS
            ),
        )
        return OAuth2Proxy(self._name, proxy, self._child).backend

    def _secrets(
        self, auth: settings.BasicAuth | settings.OAuth2Proxy | settings.NoLogin
    ) -> Mapping[str, pulumi.Output[str]]:
        if isinstance(auth, settings.NoLogin):
            return {}
        if isinstance(auth, settings.OAuth2Proxy):
            assert self._args.client_secret is not None, "the settings are refused without it"
            return {oauth2_proxy.CLIENT_SECRET: self._args.client_secret}
        password = random.RandomPassword(f"{self._name}-password", length=32, special=False, opts=self._child)
        self.password = pulumi.Output.secret(password.result)
        # One line as `htpasswd -B` writes it.
        line = password.bcrypt_hash.apply(lambda hashed: f"{auth.username}:{hashed}")
        return {oauth2_proxy.HTPASSWD: pulumi.Output.secret(line)}


def create(
    stack: settings.Settings,
    secrets: Secrets,
    tekton: Tekton,
    priority: Priority,
    opts: pulumi.ResourceOptions,
) -> Dashboard | None:
    """The Dashboard's login and policies; None where the settings want no Dashboard."""
    if not stack.dashboard.enabled:
        return None
    args = DashboardArgs(
        chosen=stack.dashboard,
        login=has_login(stack),
        image=stack.images.oauth2_proxy,
        client_secret=secrets.dashboard,
        namespace=tekton.namespace,
        priority=priority.infrastructure,
        after=tekton.ready,
    )
    return Dashboard("dashboard", args, opts)


def outputs(dashboard: Dashboard | None, front: Front | None) -> dict[str, pulumi.Output[str]]:
    """Makes the way to the Dashboard, if there is one; what people must know of it, by name."""
    if dashboard is None:
        return {}
    exports = {"dashboard_url": dashboard.route(front)}
    if dashboard.password is not None:
        exports["dashboard_password"] = dashboard.password
    return exports
