"""The kubeconfig that TKE gives for an endpoint, checked before anything relies on it.

An endpoint can be reported as made when there is none; its kubeconfig then names the cluster's default
domain, which leads nowhere by default (document 457/48149). It may name it although the endpoint is open.
"""

import ssl
from base64 import b64decode
from urllib.parse import urlsplit

import pulumi
import requests
import yaml

from components.cluster.tke.account import TkeError
from toolkit.http import world_session

DEFAULT_DOMAIN = ".ccs.tencent-cloud.com"
TIMEOUT = (5, 10)  # seconds to connect, and for the answer
RETRIES = 6  # with pauses that double: a minute in all
STARTING = (500, 502, 503)  # a server whose parts are not all ready yet
ANSWERS = {200, 401, 403}  # whoever refuses the unknown is an API server too


def names_default_domain(kubeconfig: str) -> bool:
    """True when its server is the name that only the VPC resolves. Raises TkeError."""
    return _is_default(_server(kubeconfig)[0])


def addressed(kubeconfig: str, address: str) -> str:
    """The same text, with the endpoint's address where it names the cluster's default domain.

    `address`: with or without https://; empty: the cloud has none. Raises TkeError.
    """
    server, _ = _server(kubeconfig)
    url = address if "://" in address else f"https://{address}"
    return kubeconfig.replace(server, url) if address and _is_default(server) else kubeconfig


def validate_kubeconfig(kubeconfig: str, *, private: bool = False) -> str:
    """The same text. Raises TkeError when its server cannot be reached from here; an `up` asks it."""
    server, authority = _server(kubeconfig)
    parts = urlsplit(server)
    if parts.scheme != "https" or not parts.hostname:
        raise TkeError(
            f"the cluster's kubeconfig names the server {server!r}, but it must be an https:// URL"
        )
    if _is_default(server):
        raise TkeError(
            f"the cluster's kubeconfig names {parts.hostname}, which only its own VPC can resolve, and there "
            f"is no other address: the {'private' if private else 'public'} endpoint is not there; run "
            "`pulumi refresh` and then `pulumi up` again"
        )
    if not pulumi.runtime.is_dry_run():
        _ask(server, authority, private=private)
    return kubeconfig


def _is_default(server: str) -> bool:
    return (urlsplit(server).hostname or "").endswith(DEFAULT_DOMAIN)


def _server(kubeconfig: str) -> tuple[str, str]:
    """The server's URL, and its certificate authority as PEM."""
    try:
        content = yaml.safe_load(kubeconfig)
        (cluster,) = (entry["cluster"] for entry in content["clusters"])
        return str(cluster["server"]), b64decode(cluster["certificate-authority-data"]).decode("ascii")
    except (yaml.YAMLError, TypeError, KeyError, ValueError):
        # The text is secret: none of it may stand in the error.
        raise TkeError(
            "the cluster's endpoint gave no kubeconfig with one server and its certificate authority: "
            "look at the cluster's page in the console, then run `pulumi refresh` and `pulumi up` again"
        ) from None


def _ask(server: str, authority: str, *, private: bool) -> None:
    url = f"{server.rstrip('/')}/readyz"
    try:
        with world_session(retries=RETRIES, backoff=1, statuses=STARTING, authority=authority) as session:
            status = session.get(url, timeout=TIMEOUT).status_code
    except (requests.RequestException, ssl.SSLError) as error:
        question = (
            "is this machine inside the cluster's VPC, as cluster.endpoint private wants it"
            if private
            else "is this machine's public address in cluster.apiCidrs"
        )
        raise TkeError(f"{url} does not answer ({type(error).__name__}): {question}?") from None
    if status not in ANSWERS:
        raise TkeError(f"{url} answers {status}: the API server is not ready; run `pulumi up` again")
