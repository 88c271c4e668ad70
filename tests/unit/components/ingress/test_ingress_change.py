"""What a default or a newer version would change of the way in, and who has to say so."""

from pathlib import Path
from typing import Any

import pytest

from components.cluster import existing as seam
from components.cluster.recorded_state import RecordedState
from components.ingress.change import IngressError, check_ingress
from tests.support.program import SECRETS, config, run
from tests.unit.settings.loading import load

NGINX = ("Deployment", "ingress-nginx", "ingress-nginx-controller")
TRAEFIK = ("Deployment", "ingress", "traefik")
ROUTE = ("Ingress", "builds-webhook", "ingress-resource")
TLS = {"host": "ci.example.com", "tls": {"secretName": "hooks-tls"}}


class Cluster:
    """One with certificates: (namespace, name)."""

    def __init__(self, *there: tuple[str, str]) -> None:
        self._there = there

    def has_secret(self, namespace: str, name: str) -> bool:
        return (namespace, name) in self._there


def check(folder: Path, ingress: dict[str, Any] | None, *recorded: Any, cluster: Any = None) -> None:
    given = config(folder / "kubeconfig")
    given |= {"dashboard": {"enabled": False}}
    if ingress is None:
        del given["ingress"]
    else:
        given["ingress"] = ingress
    check_ingress(load(given), RecordedState(objects=dict.fromkeys(recorded, "uid")), cluster)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", said.append)
    return said


@pytest.mark.parametrize("ingress", [None, {}, {"host": "ci.example.com"}])
def test_a_stack_that_has_nginx_by_the_old_default_is_not_changed_without_a_word(
    tmp_path: Path, ingress: dict[str, Any] | None
) -> None:
    with pytest.raises(IngressError) as error:
        check(tmp_path, ingress, NGINX)
    for command in (
        "pulumi config set --path ingress.kind nginx",
        "pulumi config set --path ingress.acceptRetired true",
        "pulumi config set --path ingress.kind traefik",
    ):
        assert f"`{command}`" in str(error.value)


@pytest.mark.parametrize(
    ("ingress", "recorded"),
    [
        ({"kind": "traefik"}, [NGINX]),  # it has chosen
        ({"kind": "nginx", "acceptRetired": True}, [NGINX]),
        ({"kind": "nginx", "acceptRetired": True}, []),
        ({"kind": "none"}, [NGINX]),
        (None, [TRAEFIK]),
        (None, [TRAEFIK, NGINX]),  # an `up` was cut off in between
        (None, []),
    ],
)
def test_whoever_has_chosen_or_loses_nothing_is_not_asked(
    tmp_path: Path, warnings: list[str], ingress: dict[str, Any] | None, recorded: list[Any]
) -> None:
    check(tmp_path, ingress, *recorded)
    assert warnings == []


def test_a_new_stack_of_retired_software_needs_its_word(tmp_path: Path) -> None:
    with pytest.raises(IngressError, match=r"`pulumi config set --path ingress\.acceptRetired true`"):
        check(tmp_path, {"kind": "nginx"})


def test_a_stack_that_runs_on_nginx_goes_on_and_is_told(tmp_path: Path, warnings: list[str]) -> None:
    check(tmp_path, {"kind": "nginx"}, NGINX)
    (warning,) = warnings
    assert "`pulumi config set --path ingress.acceptRetired true`" in warning


@pytest.mark.parametrize(
    ("ingress", "controller", "place"),
    [
        ({"kind": "traefik", **TLS}, TRAEFIK, "ingress"),
        ({"kind": "traefik", **TLS}, NGINX, "ingress"),
        ({"kind": "nginx", "acceptRetired": True, **TLS}, NGINX, "ingress-nginx"),
    ],
)
def test_a_certificate_is_where_the_controller_reads_it_before_anything_changes(
    tmp_path: Path, warnings: list[str], ingress: dict[str, Any], controller: Any, place: str
) -> None:
    with pytest.raises(IngressError, match=f"hooks-tls is read in the namespace {place}, .*kubectl apply"):
        check(tmp_path, ingress, controller, ROUTE, cluster=Cluster(("builds-webhook", "hooks-tls")))
    check(tmp_path, ingress, controller, ROUTE, cluster=Cluster((place, "hooks-tls")))
    assert warnings == []
    check(tmp_path, ingress, controller, ROUTE)
    assert "hooks-tls" in warnings[0], "a cluster that cannot be asked"


def test_a_stack_without_a_certificate_or_without_a_route_is_not_asked_for_one(
    tmp_path: Path, warnings: list[str]
) -> None:
    check(tmp_path, {"kind": "traefik"}, TRAEFIK, ROUTE, cluster=Cluster())
    check(tmp_path, {"kind": "traefik", **TLS}, cluster=Cluster())
    assert warnings == []


def test_the_program_asks_before_it_makes_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = RecordedState(objects={NGINX: "uid"})
    monkeypatch.setattr(seam, "recorded_state", lambda *_: state)
    monkeypatch.setattr(seam, "check_identity", lambda *_: None)
    given = config(tmp_path / "kubeconfig")
    del given["ingress"]
    with pytest.raises(IngressError, match=r"ingress\.kind is not set"):
        run({**given, "releaseMirror": "http://127.0.0.1:9"}, SECRETS, preview=True)
