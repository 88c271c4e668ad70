"""One buildkitd for all builds, with its layers on a volume: the next build finds them unpacked.

Every Dockerfile runs here then, in one pod, as the same user: one that is hostile may disturb the builds
beside it and read their files, so only repositories that trust each other should share it. What opens
something stays in a build's own pod, and only a pod with the client's certificate is let in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apps.v1 import StatefulSetSpecArgsDict
from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, ProbeArgsDict

from components.builds import certificates
from components.kube.metadata import labels, metadata
from components.kube.namespace import inside, namespace
from pipelines.registries import Registries
from pipelines.tasks import USER
from pipelines.tasks.build_image import Shared
from settings import Builder

NAMESPACE, NAME, PORT = "builds-buildkitd", "buildkitd", 1234
HOST = f"{NAME}.{NAMESPACE}"
POD = {"app.kubernetes.io/name": NAME}
VOLUME, CONFIG, CERTIFICATES = "/layers", "/etc/buildkit", "/certificates"
SECRET = "buildkitd-client"
# A volume of a cloud's disk belongs to a group, and says so to every folder made in it; no layer may.
START_SCRIPT = f"""mkdir -p {VOLUME}/buildkit && chmod g-s {VOLUME}/buildkit
exec rootlesskit buildkitd --config={CONFIG}/buildkitd.toml"""
GC_THRESHOLD = 0.8  # of the volume, when the oldest layers go
PROBE: ProbeArgsDict = {"exec_": {"command": ["buildctl", "debug", "workers"]}, "timeout_seconds": 10}


@dataclass(frozen=True, kw_only=True)
class BuildkitdArgs:
    image: str
    """Rootless BuildKit."""
    builder: Builder
    registries: Registries
    client_namespace: pulumi.Output[str]
    """The namespace whose pods may call it."""
    priority: pulumi.Output[str]
    """The class of builds, as it runs them."""


class Buildkitd(pulumi.ComponentResource):
    """A StatefulSet of one. Its volume goes with it."""

    home: pulumi.Resource
    """The namespace."""
    shared: Shared
    """Address and client certificate for builds. The Secret is in the clients' namespace."""

    def __init__(self, name: str, args: BuildkitdArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:buildkitd:Buildkitd", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # `baseline` for the reasons of a build with a buildkitd of its own.
        home = namespace(
            f"{name}-namespace", NAMESPACE, component="buildkitd", pod_security="baseline", opts=child
        )
        self.home = home
        within = inside(self, home)
        meta = metadata(NAME, home.metadata.name, component="buildkitd")
        pair = certificates.create_mutual_tls(name, HOST, child)
        server_secret = kubernetes.core.v1.Secret(
            f"{name}-server", metadata=meta, string_data=pair.server, opts=within
        )
        client_meta = metadata(SECRET, args.client_namespace, component="buildkitd")
        client_secret = kubernetes.core.v1.Secret(
            f"{name}-client", metadata=client_meta, string_data=pair.client, opts=child
        )
        config = _config(args.registries, args.builder)
        config_map = kubernetes.core.v1.ConfigMap(
            f"{name}-config", metadata=meta, data={"buildkitd.toml": config}, opts=within
        )
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=meta, automount_service_account_token=False, opts=within
        )
        # Ready when the pod is, which must not wait for it.
        kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=meta,
            spec={"selector": POD, "ports": [{"port": PORT, "protocol": "TCP"}]},
            opts=within,
        )
        pod: PodSpecArgsDict = {
            "service_account_name": account.metadata.name,
            "automount_service_account_token": False,
            "priority_class_name": args.priority,
            "security_context": {"fs_group": USER, "fs_group_change_policy": "OnRootMismatch"},
            "containers": [_container(args.image, args.builder)],
            "volumes": [
                {"name": "config", "config_map": {"name": config_map.metadata.name}},
                {"name": "certificates", "secret": {"secret_name": server_secret.metadata.name}},
            ],
        }
        spec = _stateful_set(
            pod, reads=_digest(pair.server, config), volume_gib=args.builder.buildkitd_volume_gib
        )
        kubernetes.apps.v1.StatefulSet(f"{name}-pod", metadata=meta, spec=spec, opts=within)
        self.shared = Shared(address=f"tcp://{HOST}:{PORT}", secret=client_secret.metadata.name)
        self.register_outputs({})


def _digest(files: pulumi.Output[Mapping[str, str]], config: str) -> pulumi.Output[str]:
    """A digest of what the daemon reads when it starts: other contents, another pod."""
    contents = pulumi.Output.all(files, config)
    return pulumi.Output.unsecret(contents.apply(lambda values: sha256(repr(values).encode()).hexdigest()))


def _stateful_set(
    pod: PodSpecArgsDict, *, reads: pulumi.Output[str], volume_gib: int
) -> StatefulSetSpecArgsDict:
    """One pod with a volume for layers. Another `reads` makes another pod."""
    return {
        "service_name": NAME,
        "replicas": 1,
        "selector": {"match_labels": POD},
        "persistent_volume_claim_retention_policy": {"when_deleted": "Delete"},
        "template": {
            "metadata": {
                "labels": {**labels("buildkitd"), **POD},
                "annotations": {"tekton-builds/reads": reads},
            },
            "spec": pod,
        },
        "volume_claim_templates": [
            {
                "metadata": {"name": "layers"},
                "spec": {
                    "access_modes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": f"{volume_gib}Gi"}},
                },
            }
        ],
    }


def _config(registries: Registries, builder: Builder) -> str:
    """The daemon's buildkitd.toml."""
    files = {"ca": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
    return registries.buildkitd(
        {
            "grpc": {
                # The first for the probes, which need no certificate: it is no build's.
                "address": ["unix:///run/user/1000/buildkit/buildkitd.sock", f"tcp://0.0.0.0:{PORT}"],
                "tls": {key: f"{CERTIFICATES}/{file}" for key, file in files.items()},
            },
            "root": f"{VOLUME}/buildkit",
            "worker": {
                "oci": {
                    "noProcessSandbox": True,
                    "gc": True,
                    "maxUsedSpace": int(builder.buildkitd_volume_gib * GC_THRESHOLD * 2**30),
                }
            },
        }
    )


def _container(image: str, builder: Builder) -> ContainerArgsDict:
    return {
        "name": NAME,
        "image": image,
        "command": ["sh", "-c", START_SCRIPT],
        "ports": [{"container_port": PORT}],
        "readiness_probe": {**PROBE, "period_seconds": 5},
        # A daemon with much to do may be slow to answer.
        "liveness_probe": {**PROBE, "period_seconds": 30, "failure_threshold": 6},
        "resources": {
            # Layers are on the volume, and what a Dockerfile writes is a layer.
            "requests": {"cpu": "250m", "memory": "512Mi", "ephemeral-storage": "64Mi"},
            # Of so many images at once as one commit's.
            "limits": {
                "cpu": str(builder.cpus * builder.parallel),
                "memory": f"{builder.memory_gib * builder.parallel}Gi",
                "ephemeral-storage": "2Gi",
            },
        },
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": USER,
            "run_as_group": USER,
        },
        "volume_mounts": [
            {"name": "layers", "mount_path": VOLUME},
            {"name": "config", "mount_path": CONFIG, "read_only": True},
            {"name": "certificates", "mount_path": CERTIFICATES, "read_only": True},
        ],
    }
