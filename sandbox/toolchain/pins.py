"""Every tool that is built or fetched, in one table. The exact modules stand in go.mod and go.sum."""

from sandbox.toolchain.oauth2_proxy_pin import OAUTH2_PROXY_TOOL
from sandbox.toolchain.pulumi_pins import PULUMI_TOOLS
from sandbox.toolchain.tool import GITHUB, Download, OnPath, Tool
from sandbox.toolchain.versions import (
    BUILDKIT,
    COREDNS,
    CRANE,
    ETCD,
    GITEA,
    KO,
    KUBERNETES,
    LOCAL_PATH_PROVISIONER,
    ROOTLESSKIT,
    TKN,
    TRAEFIK,
    kubernetes_variables,
)

# Everybody waits for these builds: without inlining and debug information they take a quarter less time.
HURRIED = "-dwarf=false -l"

KUBERNETES_PROGRAMS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
    "kubeadm",
    "kubectl",
)

# Built in this order: the cluster starts while the rest still compiles.
TOOLS = (
    Tool(
        name="etcd",
        version=ETCD,
        packages=("go.etcd.io/etcd/server/v3",),
        programs=("etcd",),
        in_image=True,
        downloads=(
            Download(
                url=f"{GITHUB}/etcd-io/etcd/releases/download/v{ETCD}/etcd-v{ETCD}-linux-{{arch}}.tar.gz",
                checksums=f"{GITHUB}/etcd-io/etcd/releases/download/v{ETCD}/SHA256SUMS",
                programs=("etcd",),
                members={"etcd": f"etcd-v{ETCD}-linux-{{arch}}/etcd"},
            ),
        ),
        on_path=(OnPath(ask=("etcd", "--version"), at_least=ETCD, below="3.7"),),
    ),
    Tool(
        name="kubernetes",
        version=KUBERNETES,
        packages=(".",),
        programs=("kubernetes",),
        links=KUBERNETES_PROGRAMS,
        variables=kubernetes_variables(),
        in_image=True,
        downloads=tuple(
            Download(
                url=f"https://dl.k8s.io/release/v{KUBERNETES}/bin/linux/{{arch}}/{program}",
                checksums=f"https://dl.k8s.io/release/v{KUBERNETES}/bin/linux/{{arch}}/{program}.sha256",
                programs=(program,),
            )
            for program in KUBERNETES_PROGRAMS
        ),
        on_path=tuple(
            OnPath(ask=ask, at_least=KUBERNETES, below="1.35")
            for ask in (("kube-apiserver", "--version"), ("kubelet", "--version"), ("kubeadm", "version"))
        ),
    ),
    Tool(
        name="coredns",
        version=COREDNS,
        packages=(".",),  # the default list of plugins drags in every cloud's SDK
        programs=("coredns",),
        compiler=HURRIED,
        in_image=True,
        downloads=(
            Download(
                url=f"{GITHUB}/coredns/coredns/releases/download/v{COREDNS}/coredns_{COREDNS}_linux_{{arch}}.tgz",
                checksums=f"{GITHUB}/coredns/coredns/releases/download/v{COREDNS}/"
                f"coredns_{COREDNS}_linux_{{arch}}.tgz.sha256",
                programs=("coredns",),
                members={"coredns": "coredns"},
            ),
        ),
        on_path=(OnPath(ask=("coredns", "-version"), at_least=COREDNS, below="2"),),
    ),
    *PULUMI_TOOLS,
    Tool(
        name="ko",
        version=KO,
        packages=("github.com/google/ko",),
        programs=("ko",),
        compiler=HURRIED,
        downloads=(
            Download(
                url=f"{GITHUB}/ko-build/ko/releases/download/v{KO}/ko_{KO}_Linux_{{arch}}.tar.gz",
                checksums=f"{GITHUB}/ko-build/ko/releases/download/v{KO}/checksums.txt",
                programs=("ko",),
                members={"ko": "ko"},
                arch={"amd64": "x86_64", "arm64": "arm64"},
            ),
        ),
        on_path=(OnPath(ask=("ko", "version"), at_least=KO, below="1"),),
    ),
    Tool(
        name="local-path-provisioner",
        version=LOCAL_PATH_PROVISIONER,
        packages=("github.com/rancher/local-path-provisioner",),
        programs=("local-path-provisioner",),
        variables={"main.VERSION": f"v{LOCAL_PATH_PROVISIONER}"},
        compiler=HURRIED,
        in_image=True,
    ),
    Tool(
        name="traefik",
        version=TRAEFIK,
        packages=("github.com/traefik/traefik/v3/cmd/traefik",),
        programs=("traefik",),
        variables={"github.com/traefik/traefik/v3/pkg/version.Version": f"v{TRAEFIK}"},
        compiler=HURRIED,
        module="github.com/go-acme/lego/v5",
        own_modules=("ext",),
        replaced={"providers/dns/zz_gen_dns_providers.go": "dns_providers.go.txt"},
        in_image=True,
        downloads=(
            Download(
                url=f"{GITHUB}/traefik/traefik/releases/download/v{TRAEFIK}/traefik_v{TRAEFIK}_linux_{{arch}}.tar.gz",
                checksums=f"{GITHUB}/traefik/traefik/releases/download/v{TRAEFIK}/traefik_v{TRAEFIK}_checksums.txt",
                programs=("traefik",),
                members={"traefik": "traefik"},
            ),
        ),
        on_path=(OnPath(ask=("traefik", "version"), at_least=TRAEFIK, below="4"),),
    ),
    Tool(
        name="buildkit",
        version=BUILDKIT,
        packages=("github.com/moby/buildkit/cmd/buildkitd", "github.com/moby/buildkit/cmd/buildctl"),
        programs=("buildkitd", "buildctl"),
        variables={"github.com/moby/buildkit/version.Version": f"v{BUILDKIT}"},
        compiler=HURRIED,
        files={
            "buildctl-daemonless.sh": "examples/buildctl-daemonless/buildctl-daemonless.sh",
        },
        module="github.com/moby/buildkit",
        in_image=True,
        # No download: its releases publish no checksum file.
    ),
    Tool(
        name="rootlesskit",
        version=ROOTLESSKIT,
        folder="buildkit",
        packages=("github.com/rootless-containers/rootlesskit/v2/cmd/rootlesskit",),
        programs=("rootlesskit",),
        compiler=HURRIED,
        in_image=True,
        downloads=(
            Download(
                url=f"{GITHUB}/rootless-containers/rootlesskit/releases/download/v{ROOTLESSKIT}/"
                "rootlesskit-{arch}.tar.gz",
                checksums=f"{GITHUB}/rootless-containers/rootlesskit/releases/download/v{ROOTLESSKIT}/SHA256SUMS",
                programs=("rootlesskit",),
                members={"rootlesskit": "rootlesskit"},
                arch={"amd64": "x86_64", "arm64": "aarch64"},
            ),
        ),
    ),
    Tool(
        name="gitea",
        version=GITEA,
        packages=("code.gitea.io/gitea",),
        programs=("gitea",),
        variables={"main.Version": GITEA, "main.Tags": "sqlite sqlite_unlock_notify"},
        tags="sqlite sqlite_unlock_notify",
        cgo=True,  # SQLite is C
        compiler=HURRIED,
        # Not compiled in, so Gitea's STATIC_ROOT_PATH is this tool's share/ folder.
        files={"templates": "templates", "options": "options", "public": "public"},
        module="code.gitea.io/gitea",
        downloads=(
            Download(
                url=f"https://dl.gitea.com/gitea/{GITEA}/gitea-{GITEA}-linux-{{arch}}",
                checksums=f"https://dl.gitea.com/gitea/{GITEA}/gitea-{GITEA}-linux-{{arch}}.sha256",
                programs=("gitea",),
            ),
        ),
    ),
    Tool(
        name="tkn",
        version=TKN,
        packages=(".",),  # all but `tkn hub`, whose module cannot be had
        programs=("tkn",),
        variables={"github.com/tektoncd/cli/pkg/cmd/version.clientVersion": TKN},
        compiler=HURRIED,
        downloads=(
            Download(
                url=f"{GITHUB}/tektoncd/cli/releases/download/v{TKN}/tkn_{TKN}_Linux_{{arch}}.tar.gz",
                checksums=f"{GITHUB}/tektoncd/cli/releases/download/v{TKN}/checksums.txt",
                programs=("tkn",),
                members={"tkn": "tkn"},
                arch={"amd64": "x86_64", "arm64": "aarch64"},
            ),
        ),
        on_path=(OnPath(ask=("tkn", "version", "--component", "client"), at_least=TKN, below="1"),),
    ),
    Tool(
        name="crane",
        version=CRANE,
        folder="ko",
        packages=("github.com/google/go-containerregistry/cmd/crane",),
        programs=("crane",),
        compiler=HURRIED,
        downloads=(
            Download(
                url=f"{GITHUB}/google/go-containerregistry/releases/download/v{CRANE}/"
                "go-containerregistry_Linux_{arch}.tar.gz",
                checksums=f"{GITHUB}/google/go-containerregistry/releases/download/v{CRANE}/checksums.txt",
                programs=("crane",),
                members={"crane": "crane"},
                arch={"amd64": "x86_64", "arm64": "arm64"},
            ),
        ),
        on_path=(OnPath(ask=("crane", "version"), at_least="0.20", below="1"),),
    ),
    OAUTH2_PROXY_TOOL,
)

BY_NAME = {tool.name: tool for tool in TOOLS}
