"""Pulumi's own programs: the CLI, and the provider that cannot be downloaded everywhere."""

from sandbox.toolchain.tool import GITHUB, Download, OnPath, Tool
from sandbox.toolchain.versions import PULUMI, PULUMI_KUBERNETES

PULUMI_TOOLS = (
    Tool(
        name="pulumi",
        version=PULUMI,
        packages=("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",),
        programs=("pulumi",),
        # Without it the Automation API cannot read the version.
        variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": f"v{PULUMI}"},
        downloads=(
            Download(
                url=f"https://get.pulumi.com/releases/sdk/pulumi-v{PULUMI}-linux-{{arch}}.tar.gz",
                checksums=f"{GITHUB}/pulumi/pulumi/releases/download/v{PULUMI}/pulumi-{PULUMI}-checksums.txt",
                programs=("pulumi", "pulumi-language-python", "pulumi-language-python-exec"),
                members={
                    name: f"pulumi/{name}"
                    for name in ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")
                },
                arch={"amd64": "x64", "arm64": "arm64"},
            ),
        ),
        on_path=(OnPath(ask=("pulumi", "version"), at_least=PULUMI, below="4"),),
    ),
    Tool(
        name="pulumi-kubernetes",
        version=PULUMI_KUBERNETES,
        packages=(".",),  # the module's own main embeds a file that the module does not carry
        programs=("pulumi-resource-kubernetes",),
        variables={"main.version": PULUMI_KUBERNETES},
        compiler="-dwarf=false",  # with inlining: it works in every command
        embedded={
            name: f"cmd/pulumi-resource-kubernetes/{name}"
            for name in ("schema.json", "terraform-mapping.json")
        },
        module="github.com/pulumi/pulumi-kubernetes/provider/v4",
        command=False,  # on PATH the CLI would warn that it chose no version
        on_demand=True,  # no download: `pulumi plugin install` knows where, and is asked first
    ),
)
