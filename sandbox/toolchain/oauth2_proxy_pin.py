"""The Dashboard's login, for the tests that have a Dashboard."""

from sandbox.toolchain.tool import GITHUB, Download, Tool
from sandbox.toolchain.versions import OAUTH2_PROXY

OAUTH2_PROXY_TOOL = Tool(
    name="oauth2-proxy",
    version=OAUTH2_PROXY,
    packages=("github.com/oauth2-proxy/oauth2-proxy/v7",),
    programs=("oauth2-proxy",),
    variables={"github.com/oauth2-proxy/oauth2-proxy/v7/pkg/version.VERSION": f"v{OAUTH2_PROXY}"},
    command=False,
    on_demand=True,  # the sandbox has no Dashboard: its tests alone have this login
    in_image=True,
    downloads=(
        Download(
            url=f"{GITHUB}/oauth2-proxy/oauth2-proxy/releases/download/v{OAUTH2_PROXY}/"
            f"oauth2-proxy-v{OAUTH2_PROXY}.linux-{{arch}}.tar.gz",
            checksums=f"{GITHUB}/oauth2-proxy/oauth2-proxy/releases/download/v{OAUTH2_PROXY}/"
            f"oauth2-proxy-v{OAUTH2_PROXY}.linux-{{arch}}.tar.gz-sha256sum.txt",
            programs=("oauth2-proxy",),
            members={"oauth2-proxy": f"oauth2-proxy-v{OAUTH2_PROXY}.linux-{{arch}}/oauth2-proxy"},
        ),
    ),
)
