"""What no stack may have, each rule as a function from a resource to sentences on what is wrong with it.

A resource is as the engine gives it: a type token, and inputs in camel case. UNKNOWN stands for what a
preview cannot know.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

UNKNOWN = object()
KUBERNETES = "kubernetes:"
TENCENTCLOUD = "tencentcloud:"
# Their releases name every image by digest, so one without is not the release's.
RELEASED = {"tekton-pipelines", "tekton-pipelines-resolvers", "ingress-nginx"}
DOCKER = ("Task", "docker-socket", "server")  # the daemon of `builder.kind: docker`
SAYS_SECRET = re.compile(r"(PASSWORD|PASSWD|TOKEN|SECRET|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY)$", re.IGNORECASE)
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
API_PORT = 443
WORLD = {"0.0.0.0/0", "::/0"}


class Resource(NamedTuple):
    type: str
    props: Mapping[str, Any]
    stack: str

    @property
    def kind(self) -> str:
        """Kubernetes' kind; empty for another provider's."""
        return self.type.rpartition(":")[2] if self.type.startswith(KUBERNETES) else ""

    def at(self, *path: str) -> Any:
        """The input there; None when there is none on the way."""
        return _at(self.props, *path)


Rule = Callable[[Resource], Iterator[str]]


def no_privileged_container(resource: Resource) -> Iterator[str]:
    """No container is privileged but the Docker daemon of `builder.kind: docker`."""
    for container in _containers(resource):
        who = (resource.kind, resource.at("metadata", "name"), container.get("name"))
        if _at(container, "securityContext", "privileged") and who != DOCKER:
            yield f"the container {container.get('name')} is privileged, and has its node"


def exact_images(resource: Resource) -> Iterator[str]:
    """Every image is named by a digest, or by an exact tag where no release says its digest."""
    released = resource.at("metadata", "namespace") in RELEASED
    for container in _containers(resource):
        image = container.get("image")
        if not isinstance(image, str) or "@sha256:" in image or "$(" in image:
            continue
        tag = image.rpartition("/")[2].partition(":")[2]
        if released:
            yield f"the image {image} has no digest, and its release names every image by one"
        elif tag in {"", "latest"}:
            yield f"the image {image} is another one tomorrow: it needs a digest or an exact tag"


def no_cluster_admin(resource: Resource) -> Iterator[str]:
    """Nobody may do everything."""
    if resource.kind in {"ClusterRoleBinding", "RoleBinding"}:
        if resource.at("roleRef", "name") == "cluster-admin":
            yield "it binds cluster-admin: whoever it binds may do everything"
    elif resource.kind in {"ClusterRole", "Role"}:
        for rule in resource.at("rules") or ():
            if all("*" in (rule.get(key) or ()) for key in ("apiGroups", "resources", "verbs")):
                yield "it allows every verb on every resource, as cluster-admin does"


def no_plain_secret(resource: Resource) -> Iterator[str]:
    """Passwords and keys stand in Secrets, and nowhere in the clear."""
    for container in _containers(resource):
        for variable in container.get("env") or ():
            if _text(variable.get("value")) and SAYS_SECRET.search(variable["name"]):
                yield f"the variable {variable['name']} has its value in the clear: take it from a Secret"
    if resource.kind == "ConfigMap":
        for key, value in (resource.at("data") or {}).items():
            if _text(value) and (SAYS_SECRET.search(key) or PRIVATE_KEY.search(value)):
                yield f"{key} is in a ConfigMap, where everybody may read it: it belongs into a Secret"


def no_open_api_server(resource: Resource) -> Iterator[str]:
    """The API server of a cluster in Tencent Cloud is open to chosen addresses only."""
    if not resource.type.startswith(TENCENTCLOUD):
        return
    for rule in resource.at("ingresses") or ():
        world = {rule.get("cidrBlock"), rule.get("ipv6CidrBlock")} & WORLD
        if world and rule.get("action") == "ACCEPT" and _covers(str(rule.get("port") or "ALL"), API_PORT):
            yield f"port {API_PORT} is open to {world.pop()}: give `cluster.apiCidrs` the addresses of people"
    public = resource.at("clusterInternet")
    if public and not resource.at("clusterInternetSecurityGroup"):
        yield "the API server is public without a security group: everybody may reach it"


def tls_in_production(resource: Resource) -> Iterator[str]:
    """What a production stack shows to the world is encrypted."""
    if resource.stack.partition("-")[0] != "prod":
        return
    if resource.kind == "Ingress" and not resource.at("spec", "tls"):
        yield "it has no TLS: set `ingress.tls`, and `dashboard.tls` for the Dashboard"
    service = resource.at("spec", "resources", "kubernetesResource", "serviceType")
    if resource.kind == "EventListener" and service == "LoadBalancer":
        yield "its load balancer speaks plain HTTP: set `ingress.kind` to one with TLS"


RULES: Sequence[Rule] = (
    no_privileged_container,
    exact_images,
    no_cluster_admin,
    no_plain_secret,
    no_open_api_server,
    tls_in_production,
)


def _at(place: Any, *path: str) -> Any:
    for key in path:
        place = place.get(key) if isinstance(place, Mapping) else None
    return place


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _containers(resource: Resource) -> Iterator[Mapping[str, Any]]:
    """Every container that the object has run: a pod's, a workload's, or a Task's steps and sidecars."""
    if not resource.kind:
        return
    spec = resource.at("spec")
    if resource.kind == "CronJob":
        spec = _at(spec, "jobTemplate", "spec")
    for place in (spec, _at(spec, "template", "spec")):
        for key in ("containers", "initContainers", "steps", "sidecars"):
            found = _at(place, key)
            # A custom resource may have anything under these names.
            if isinstance(found, Sequence) and not isinstance(found, str):
                yield from (one for one in found if isinstance(one, Mapping))


def _covers(ports: str, port: int) -> bool:
    """Whether a security group's ports, as 80,443 or 30000-32768 or ALL, have this one."""
    if ports.upper() == "ALL":
        return True
    for part in ports.split(","):
        first, _, last = part.partition("-")
        if int(first) <= port <= int(last or first):
            return True
    return False
