"""The version of everything that is built or fetched: the one place to change it, beside its go.mod."""

KUBERNETES = "1.34.4"
ETCD = "3.6.16"
COREDNS = "1.12.4"
PULUMI = "3.276.0"
PULUMI_KUBERNETES = "4.25.0"  # the release that requirements.txt pins
KO = "0.19.1"
CRANE = "0.21.9"
BUILDKIT = "0.34.2"
ROOTLESSKIT = "2.3.6"
LOCAL_PATH_PROVISIONER = "0.0.30"
TRAEFIK = "3.7.13"
OAUTH2_PROXY = "7.15.6"
GITEA = "1.24.6"
TKN = "0.44.0"


def kubernetes_variables() -> dict[str, str]:
    """Values that are stamped into Kubernetes' programs, by the name of the Go variable."""
    major, minor, _ = KUBERNETES.split(".")
    version = "k8s.io/component-base/version"
    return {
        f"{version}.gitVersion": f"v{KUBERNETES}",
        f"{version}.gitMajor": major,
        f"{version}.gitMinor": minor,
        f"{version}.gitTreeState": "clean",
        f"{version}.buildDate": "2026-01-01T00:00:00Z",  # fixed: the same pins make the same program
        "k8s.io/client-go/pkg/version.gitVersion": f"v{KUBERNETES}",
    }
