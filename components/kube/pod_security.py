"""The securityContexts of pods of ours that need no privilege: within Pod Security `restricted`."""

from pulumi_kubernetes.core.v1 import PodSecurityContextArgsDict, SecurityContextArgsDict

CONTAINER: SecurityContextArgsDict = {
    "allow_privilege_escalation": False,
    "capabilities": {"drop": ["ALL"]},
    "read_only_root_filesystem": True,
}


def pod(user: int) -> PodSecurityContextArgsDict:
    """The security context of a pod whose containers run as this user, and as the group of this number."""
    return {
        "run_as_non_root": True,
        "run_as_user": user,
        "run_as_group": user,
        "seccomp_profile": {"type": "RuntimeDefault"},
    }
