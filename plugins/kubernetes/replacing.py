"""Which changes cannot be made in place, so that the object is replaced.

The lists are the official provider's (its documentation of replacement, and what the API server refuses to
update). A path is a tuple of keys, "*" for any element of a list.
"""

from __future__ import annotations

from plugins.kubernetes import kinds
from plugins.kubernetes.settings import Settings
from plugins.kubernetes.values import Properties

Path = tuple[str | int, ...]


def _paths(text: str, prefix: Path = ()) -> list[Path]:
    return [(*prefix, *path.split(".")) for path in text.split()]


SELECTOR = _paths("spec.selector")
STATEFUL_SET = _paths(
    "spec.podManagementPolicy spec.revisionHistoryLimit spec.selector spec.serviceName "
    "spec.volumeClaimTemplates"
)
PERSISTENT_VOLUME = _paths(
    """
    awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk
    glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos
    vsphereVolume
    """,
    prefix=("spec",),
)
CONTAINER = """
    args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources
    securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices
    volumeMounts workingDir
    """
POD = [
    *_paths(
        """
        affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC
        hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority
        priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext
        serviceAccount serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds
        volumes
        """,
        prefix=("spec",),
    ),
    *_paths(CONTAINER, prefix=("spec", "containers", "*")),
    *_paths(CONTAINER, prefix=("spec", "initContainers", "*")),
]
ROLE_BINDING = _paths("roleRef")

BY_KIND: dict[tuple[str, str], list[Path]] = {
    ("apps", "DaemonSet"): SELECTOR,
    ("apps", "Deployment"): SELECTOR,
    ("apps", "StatefulSet"): STATEFUL_SET,
    ("batch", "Job"): _paths("spec.completions spec.parallelism spec.selector spec.template"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ROLE_BINDING,
    ("rbac.authorization.k8s.io", "RoleBinding"): ROLE_BINDING,
    ("storage.k8s.io", "StorageClass"): _paths("parameters provisioner"),
    ("", "PersistentVolume"): PERSISTENT_VOLUME,
    ("", "PersistentVolumeClaim"): _paths(
        "spec.accessModes spec.selector spec.storageClassName spec.volumeName"
    ),
    ("", "Pod"): POD,
    ("", "ResourceQuota"): _paths("spec.scopes"),
    ("", "Secret"): _paths("type"),
    ("", "Service"): _paths("spec.clusterIP"),
}
IDENTITY: list[Path] = _paths("metadata.name metadata.namespace kind")


def replacing_paths(inputs: Properties, settings: Settings) -> list[Path]:
    """For an object with these new inputs."""
    group = str(inputs.get("apiVersion") or "").rpartition("/")[0]
    paths = [*IDENTITY, *BY_KIND.get((group, str(inputs.get("kind"))), [])]
    immutable = inputs.get("immutable") is True
    if kinds.is_secret(inputs) and (immutable or not settings.secret_mutable):
        paths += _paths("type stringData data")
    if kinds.is_config_map(inputs) and (immutable or not settings.config_map_mutable):
        paths += _paths("binaryData data")
    return paths


def replaces(path: Path, value: object, paths: list[Path]) -> bool:
    """Whether a change of `value` at `path` touches one of the paths: at it, below it, or by holding it."""
    return any(_touches(path, value, candidate) for candidate in paths)


def _touches(path: Path, value: object, candidate: Path) -> bool:
    for step, wanted in zip(path, candidate, strict=False):
        if step != wanted and not (wanted == "*" and isinstance(step, int)):
            return False
    return _holds(value, candidate[len(path) :])


def _holds(value: object, rest: Path) -> bool:
    if not rest:
        return True
    if rest[0] == "*":
        return isinstance(value, list) and any(_holds(item, rest[1:]) for item in value)
    return isinstance(value, dict) and rest[0] in value and _holds(value[rest[0]], rest[1:])
