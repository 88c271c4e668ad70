"""Every right that the program gives, and to whom."""

from tests.support.recorded import Recording
from tests.support.rights import rights, roles_of

READ, WATCH = "get list watch", "list watch"
RIGHTS = {
    # It is on the internet: a right more is a right for everybody who gets in.
    "builds-webhook/github-listener in builds-webhook": {
        "triggers.tekton.dev/eventlisteners": READ,
        "triggers.tekton.dev/triggerbindings": READ,
        "triggers.tekton.dev/triggertemplates": READ,
        "triggers.tekton.dev/triggers": READ,
        "triggers.tekton.dev/interceptors": READ,
    },
    "builds-webhook/github-listener in builds": {"tekton.dev/pipelineruns": "create"},
    "builds-webhook/github-listener everywhere": {
        "triggers.tekton.dev/clusterinterceptors": READ,
        "triggers.tekton.dev/clustertriggerbindings": READ,
    },
    "builds-janitor/janitor in builds": {"tekton.dev/pipelineruns": "get list patch delete"},
    # A kind less and Traefik waits for ever.
    "ingress/traefik in ingress": {
        "services": WATCH,
        "secrets": WATCH,
        "configmaps": WATCH,
        "discovery.k8s.io/endpointslices": WATCH,
        "networking.k8s.io/ingresses": WATCH,
        "networking.k8s.io/ingresses/status": "update",
    },
    "ingress/traefik everywhere": {"networking.k8s.io/ingressclasses": WATCH},
}


def test_every_account_may_do_its_work_and_nothing_else(built: tuple[str, Recording]) -> None:
    assert rights(roles_of(built[1])) == RIGHTS


def test_every_role_is_somebodys(built: tuple[str, Recording]) -> None:
    made = roles_of(built[1])
    bound = [one["roleRef"]["name"] for one in made if one["kind"].endswith("Binding")]
    roles = [one["metadata"]["name"] for one in made if not one["kind"].endswith("Binding")]
    assert sorted(bound) == sorted(roles), "a role that nobody has is there for the next mistake"
