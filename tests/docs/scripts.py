"""The script of every page that has something to type."""

from collections.abc import Mapping

from tests.docs import script_cloud
from tests.docs.script_sandbox import COMMANDS, GETTING_STARTED, README
from tests.docs.session import Script

SCRIPTS: Mapping[str, Script] = {
    "README.md": README,
    "docs/commands.md": COMMANDS,
    "docs/getting-started.md": GETTING_STARTED,
    "docs/tencent-cloud.md": script_cloud.TKE,
    "docs/github.md": script_cloud.GITHUB,
    "docs/environments.md": script_cloud.ENVIRONMENTS,
    "docs/releases.md": script_cloud.RELEASES,
    "docs/credentials.md": script_cloud.CREDENTIALS,
    "docs/builders.md": script_cloud.BUILDER,
    "docs/coming-from-the-tutorial.md": script_cloud.TUTORIAL,
}
