"""What is known about built-in kinds without asking a server, so that preview needs none.

Source: https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34 and `kubectl api-resources`.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMESPACED = _words(
    """
    Binding ConfigMap ControllerRevision CronJob CSIStorageCapacity DaemonSet Deployment Endpoints
    EndpointSlice Event HorizontalPodAutoscaler Ingress Job Lease LimitRange LocalSubjectAccessReview
    NetworkPolicy PersistentVolumeClaim Pod PodDisruptionBudget PodTemplate ReplicaSet ReplicationController
    ResourceClaim ResourceClaimTemplate ResourceQuota Role RoleBinding Secret Service ServiceAccount
    StatefulSet
    """
)
CLUSTER_WIDE = _words(
    """
    APIService CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle ComponentStatus
    CSIDriver CSINode CustomResourceDefinition DeviceClass FlowSchema IngressClass IPAddress
    MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node
    PersistentVolume PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass
    SelfSubjectAccessReview SelfSubjectReview SelfSubjectRulesReview ServiceCIDR StorageClass StorageVersion
    StorageVersionMigration SubjectAccessReview TokenReview ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass
    """
)
BUILT_IN_GROUPS = _words(
    """
    admissionregistration.k8s.io apiextensions.k8s.io apiregistration.k8s.io apps authentication.k8s.io
    authorization.k8s.io autoscaling batch certificates.k8s.io coordination.k8s.io discovery.k8s.io
    events.k8s.io flowcontrol.apiserver.k8s.io internal.apiserver.k8s.io networking.k8s.io node.k8s.io policy
    rbac.authorization.k8s.io resource.k8s.io scheduling.k8s.io storage.k8s.io storagemigration.k8s.io
    """
)


def is_built_in(api_version: str) -> bool:
    group = api_version.rpartition("/")[0]
    return not group or group in BUILT_IN_GROUPS


def is_namespaced(api_version: str, kind: str) -> bool | None:
    """None for what is not built in: then its CRD or the server must say."""
    if is_built_in(api_version):
        if kind in NAMESPACED:
            return True
        if kind in CLUSTER_WIDE:
            return False
    return None


def is_crd(obj: dict[str, object]) -> bool:
    return obj.get("kind") == "CustomResourceDefinition" and str(obj.get("apiVersion")).startswith(
        "apiextensions.k8s.io/"
    )


def is_secret(obj: dict[str, object]) -> bool:
    return obj.get("kind") == "Secret" and obj.get("apiVersion") == "v1"


def is_config_map(obj: dict[str, object]) -> bool:
    return obj.get("kind") == "ConfigMap" and obj.get("apiVersion") == "v1"
