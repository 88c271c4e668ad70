"""Limits of a pod's access to its node, wherever the pod is described.

The limits are those of the Pod Security level `baseline` (kubernetes.io, Pod Security Standards).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .resource import Resource, at, items, places, text

DOCKER = ("Task", "docker-socket", "server")  # the daemon of `builder.kind: docker`, a sidecar
NAMESPACES = {"hostPID": "processes", "hostIPC": "shared memory", "hostNetwork": "network"}
CAPABILITIES = {
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
    *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    *(
        f"net.ipv4.{name}"
        for name in (
            *("ip_local_port_range", "ip_local_reserved_ports", "ip_unprivileged_port_start"),
            *("ping_group_range", "tcp_fin_timeout", "tcp_keepalive_intvl", "tcp_keepalive_probes"),
            *("tcp_keepalive_time", "tcp_rmem", "tcp_syncookies", "tcp_wmem"),
        )
    ),
}
SELINUX = {"container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"  # the annotation, before it was a field


def no_privileged_container(resource: Resource) -> Iterator[str]:
    """No container is privileged but the Docker daemon of `builder.kind: docker`."""
    docker_daemon = _docker(resource)
    for _, place in places(resource):
        context = place.get("securityContext")
        if at(context, "privileged") is True and place is not docker_daemon:
            yield f"{_name(place)} is privileged, and has its node: remove `privileged`"
        if at(context, "windowsOptions", "hostProcess") is True:
            yield f"{_name(place)} is a process of its node: remove `hostProcess`"


def no_host_access(resource: Resource) -> Iterator[str]:
    """No pod shares its node's namespaces, files or ports."""
    for _, place in places(resource):
        for field, resource_of_node in NAMESPACES.items():
            if place.get(field) is True:
                yield f"`{field}` gives a pod its node's {resource_of_node}: remove it"
        if isinstance(folder := place.get("hostPath"), Mapping):
            yield f"a volume is {folder.get('path')} of the node: use another kind of volume than hostPath"
        port = place.get("hostPort")
        if isinstance(port, int | float) and port:
            yield f"`hostPort` {port:.0f} is a port of the node: use a Service"


def pod_security_baseline(resource: Resource) -> Iterator[str]:
    """No container has more of the kernel than the Pod Security level `baseline` lets it."""
    for key, place in places(resource):
        context = place.get("securityContext")
        for capability in items(at(context, "capabilities", "add")):
            if isinstance(capability, str) and capability.upper().removeprefix("CAP_") not in CAPABILITIES:
                yield f"{_name(place)} has the capability {capability} added: remove it"
        if at(context, "procMount") == "Unmasked":
            yield f"{_name(place)} sees all of /proc: remove `procMount`"
        for sysctl in items(at(context, "sysctls")):
            name = at(sysctl, "name")
            if isinstance(name, str) and name.replace("/", ".") not in SYSCTLS:
                yield (
                    f"{_name(place)} sets {name}, which is not safe for other pods: remove it from `sysctls`"
                )
        for profile in ("seccompProfile", "appArmorProfile"):
            if at(context, profile, "type") == "Unconfined":
                yield f"{_name(place)} has `{profile}.type: Unconfined`: use RuntimeDefault"
        labels = [at(context, "seLinuxOptions", name) for name in ("user", "role", "type")]
        if any(map(text, labels[:2])) or (text(labels[2]) and labels[2] not in SELINUX):
            yield f"{_name(place)} has `seLinuxOptions` that leave its confinement: remove them"
        if key == "annotations":
            for name, value in place.items():
                if name.startswith(APPARMOR) and value == "unconfined":
                    yield f"the annotation {name} ends a container's confinement: remove it"


def _name(place: Mapping[str, Any]) -> str:
    name = place.get("name")
    return f"the container {name}" if isinstance(name, str) else "a pod's `securityContext`"


def _docker(resource: Resource) -> Any:
    """The sidecar that is the daemon of `builder.kind: docker`; None in any other resource."""
    kind, task, name = DOCKER
    if (resource.kind, resource.at("metadata", "name")) == (kind, task):
        for sidecar in items(resource.at("spec", "sidecars")):
            if at(sidecar, "name") == name:
                return sidecar
    return None
