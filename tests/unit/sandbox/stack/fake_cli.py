"""A Pulumi CLI that writes down what it is asked."""

import json
import socket
from pathlib import Path

import yaml

from sandbox.credentials import Account, Credentials
from sandbox.stack.stack import Stack
from toolkit.paths import Paths

CREDENTIALS = Credentials(
    registry=Account(username="builder", password="registry-pass"),
    forge=Account(username="developer", password="forge-pass"),
)
# Records its arguments and what it read; makes the files that the real CLI makes.
FAKE = """
import json, os, pathlib, sys, urllib.parse
record = pathlib.Path({record!r})
read = sys.stdin.read() if "set" in sys.argv or "import" in sys.argv else ""
with record.open("a") as file:
    env = {{key: value for key, value in os.environ.items() if key.startswith("PULUMI")}}
    file.write(json.dumps({{"arguments": sys.argv[1:], "stdin": read, "env": env}}) + "\\n")
verb = sys.argv[1:3]
url = urllib.parse.urlsplit(os.environ.get("PULUMI_BACKEND_URL", ""))
backend = pathlib.Path(urllib.parse.unquote(url.path))
if verb == ["stack", "init"]:
    folder = backend / ".pulumi" / "stacks" / "tekton-builds"
    folder.mkdir(parents=True)
    (folder / "sandbox.json").write_text('{{"checkpoint": {{"latest": null}}}}')
    with open("Pulumi.sandbox.yaml", "a") as file:
        file.write("encryptionsalt: v1:salt\\n")
if verb == ["config", "set"]:
    with open(os.environ.get("PULUMI_OPTION_CONFIG_FILE", "Pulumi.sandbox.yaml"), "a") as file:
        file.write("# " + sys.argv[sys.argv.index("sandbox") + 1] + " is encrypted here\\n")
if verb[:1] == ["fail"]:
    print("first line\\nerror: the reason", file=sys.stderr)
    sys.exit(255)
if verb == ["stack", "export"]:
    state = json.loads((backend / ".pulumi" / "stacks" / "tekton-builds" / "sandbox.json").read_text())
    print(json.dumps({{"version": 3, "deployment": state["checkpoint"]["latest"]}}))
if verb[:1] == ["up"]:
    sys.exit(int(os.environ.get("FAKE_UP", "0")))
"""


def lock(paths: Paths, pid: int, host: str | None = None) -> Path:
    folder = paths.state / "pulumi-state/.pulumi/locks/organization/tekton-builds/sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "1.json"
    file.write_text(json.dumps({"pid": pid, "hostname": host or socket.gethostname()}))
    return file


def prepared(stack: Stack, paths: Paths, ca: str = "one") -> None:
    stack.prepare(CREDENTIALS, paths.state / "bin")
    paths.kubeconfig.write_text(yaml.safe_dump({"clusters": [{"name": "c", "cluster": {"ca": ca}}]}))


def begun(kind: str, operation: str = "creating", **metadata: str) -> dict[str, object]:
    """A pending operation."""
    resource = {"urn": f"urn:{kind}", "type": kind, "parent": "p", "inputs": {"metadata": metadata}}
    return {"type": operation, "resource": resource}
