"""The way to Tekton's Dashboard, and the login in front of it: the Dashboard itself has none.

Its objects are one of Tekton's releases and come with them. Whoever sees it sees the logs of every build.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components import settings
from components.ingress import Place
from components.metadata import metadata
from components.oauth2_proxy import OAuth2Proxy, OAuth2ProxyArgs
from components.route import Backend, Front, Route, RouteArgs
from components.secrets import Secrets
from components.tekton import Tekton

SERVICE, PORT = "tekton-dashboard", 9097
PODS = {"app.kubernetes.io/name": "dashboard", "app.kubernetes.io/part-of": "tekton-dashboard"}
LOGIN = "dashboard-login"
READ_ONLY, READ_WRITE = RELEASES = ("tekton-dashboard", "tekton-dashboard-full")


def release(chosen: settings.Dashboard) -> list[str]:
    """The one release that the settings mean, if any."""
    return [READ_ONLY if chosen.read_only else READ_WRITE] if chosen.enabled else []


def places(chosen: settings.Dashboard, namespace: pulumi.Output[str]) -> list[Place]:
    """Where the ingress controller finds the Dashboard's route, if there is one."""
    return [Place(namespace=namespace, tls=chosen.tls is not None)] if chosen.enabled else []


def runs_page(given: settings.Settings, namespace: str) -> str:
    """The address of its page on the PipelineRuns of a namespace, ending before a run's name; empty: none."""
    if not given.dashboard.enabled or given.ingress.kind == "none":
        return ""
    scheme = "https" if given.dashboard.tls else "http"
    return f"{scheme}://{given.dashboard.host}/#/namespaces/{namespace}/pipelineruns/"


def outputs(
    given: settings.Settings,
    secrets: Secrets,
    tekton: Tekton,
    front: Front | None,
    opts: pulumi.ResourceOptions,
) -> dict[str, pulumi.Output[str]]:
    """Makes the way to the Dashboard, if the settings want one; what people must know of it, by name."""
    if not given.dashboard.enabled:
        return {}
    args = DashboardArgs(
        chosen=given.dashboard,
        image=given.images.oauth2_proxy,
        client_secret=secrets.dashboard,
        namespace=tekton.namespace,
        front=front,
        after=tekton.ready,
    )
    made = Dashboard("dashboard", args, opts)
    return {
        "dashboard_url": made.url,
        **({} if made.password is None else {"dashboard_password": made.password}),
    }


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    chosen: settings.Dashboard
    image: pulumi.Input[str]
    """Of oauth2-proxy."""
    client_secret: pulumi.Output[str] | None
    """Of the OAuth application."""
    namespace: pulumi.Output[str]
    """Where the Dashboard is."""
    front: Front | None
    """The ingress controller; None: there is none, and people forward a port."""
    after: Sequence[pulumi.Resource] = ()
    """What makes the Dashboard: no value flows from it."""


class Dashboard(pulumi.ComponentResource):
    """The Dashboard as people reach it."""

    url: pulumi.Output[str]
    password: pulumi.Output[str] | None = None
    """Of the one user; None where the settings want no such user."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:dashboard:Dashboard", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        backend = Backend(
            namespace=args.namespace, service=pulumi.Output.from_input(SERVICE), port=PORT, pods={}
        )
        self.url = pulumi.Output.from_input(f"http://localhost:{PORT}")
        if args.front is None:
            # Who may forward a port to it has a kubeconfig: that is the login.
            pulumi.log.info(
                "ingress.kind is 'none', so the Dashboard is reached by `kubectl -n tekton-pipelines "
                f"port-forward service/{SERVICE} {PORT}`, at http://localhost:{PORT}"
            )
        else:
            self.url = self._route(name, args, args.front, backend)
        self.register_outputs({"url": self.url})

    def _route(self, name: str, args: DashboardArgs, front: Front, backend: Backend) -> pulumi.Output[str]:
        auth, annotations = args.chosen.auth, {}
        if not args.chosen.tls and not isinstance(auth, settings.NoLogin):
            pulumi.log.warn(
                "dashboard.tls is not set: passwords and cookies of its login travel in the clear"
            )
        after = [*args.after]
        if isinstance(auth, settings.BasicAuth):
            after.append(self._user(name, args, auth))
            annotations = {
                "nginx.ingress.kubernetes.io/auth-type": "basic",
                "nginx.ingress.kubernetes.io/auth-secret": LOGIN,
                "nginx.ingress.kubernetes.io/auth-realm": "Tekton Dashboard",
            }
        elif isinstance(auth, settings.OAuth2Proxy):
            assert args.client_secret is not None, "the settings are refused without it"
            proxy = OAuth2ProxyArgs(
                chosen=auth,
                image=args.image,
                host=args.chosen.host,
                https=args.chosen.tls is not None,
                client_secret=args.client_secret,
                backend=backend,
            )
            backend = OAuth2Proxy(name, proxy, self._child).backend
        else:
            pulumi.log.warn(
                f"dashboard.auth.kind is 'none': whoever reaches {args.chosen.host} sees every run"
                + ("" if args.chosen.read_only else ", and starts and deletes them")
            )
        route = RouteArgs(
            path="/",
            path_type="Prefix",
            host=args.chosen.host,
            tls=args.chosen.tls,
            front=front,
            backend=backend,
            annotations=annotations,
            after=after,
        )
        return Route(name, route, self._child).url

    def _user(self, name: str, args: DashboardArgs, auth: settings.BasicAuth) -> pulumi.Resource:
        """The Secret that the controller compares passwords with: one line as `htpasswd -B` writes it."""
        password = random.RandomPassword(f"{name}-password", length=32, special=False, opts=self._child)
        self.password = pulumi.Output.secret(password.result)
        line = password.bcrypt_hash.apply(lambda hashed: f"{auth.username}:{hashed}")
        return kubernetes.core.v1.Secret(
            f"{name}-login",
            metadata=metadata(LOGIN, args.namespace, component="dashboard"),
            string_data=pulumi.Output.secret({"auth": line}),
            opts=self._child,
        )
