"""All objects of a cluster, by kind, namespace and name."""

from tests.e2e.kubectl import kubectl
from toolkit.paths import Paths

# They come and go with time: events, and what Kubernetes makes of other objects that are listed.
PASSING = {
    "certificatesigningrequests.certificates.k8s.io",
    "csinodes.storage.k8s.io",
    "endpoints",
    "endpointslices.discovery.k8s.io",
    "events",
    "events.events.k8s.io",
    "leases.coordination.k8s.io",
    "pods",
    "replicasets.apps",
}
NAMES = r"{range .items[*]}{.metadata.namespace}/{.metadata.name}{'\n'}{end}"


def everything(paths: Paths) -> set[str]:
    """The objects of every kind that can be listed."""
    kinds = set(kubectl(paths, "api-resources", "--verbs=list", "--output=name").split()) - PASSING
    objects = set()
    for kind in sorted(kinds):
        names = kubectl(paths, "get", kind, "--all-namespaces", "--output", f"jsonpath={NAMES}")
        objects |= {f"{kind} {name}" for name in names.split()}
    return objects
