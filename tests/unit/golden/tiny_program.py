"""A small program with one of each thing that the comparison compares, and what it registers."""

from pathlib import Path

from tests.golden.recording import Recording, record
from tests.golden.stack import Stack

PROGRAM = """
import pulumi
from pulumi import Alias, CustomTimeouts, ResourceOptions


class Box(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("tiny:index:Box", name, None, opts)


class Thing(pulumi.CustomResource):
    def __init__(self, name, props, opts):
        super().__init__("tiny:index:Thing", name, props, opts)


first = pulumi.ProviderResource("tiny", "first", {})
second = pulumi.ProviderResource("tiny", "second", {})
box, chest = Box("box"), Box("chest")
key = Thing("key", {"length": 8}, ResourceOptions(parent=box, provider=first))
lock = Thing("lock", {}, ResourceOptions(parent=box, provider=first, depends_on=[key]))
door = Thing(
    "door",
    {"code": pulumi.Output.secret("1234"), "color": "red",
     "parts": [{"name": "a", "size": 1}, {"name": "b"}]},
    ResourceOptions(
        parent=box,
        provider=first,
        depends_on=[lock],
        aliases=[Alias(name="gate")],
        ignore_changes=["color"],
        deleted_with=key,
        delete_before_replace=True,
        retain_on_delete=True,
        protect=True,
        additional_secret_outputs=["code"],
        replace_on_changes=["parts"],
        custom_timeouts=CustomTimeouts(create="5m"),
        version="1.2.3",
    ),
)
Thing("wall", {}, ResourceOptions(parent=box, provider=first, depends_on=[door]))
pulumi.log.warn("the door is red")
pulumi.export("code", pulumi.Output.secret("1234"))
pulumi.export("color", "red")
"""


def recorded(folder: Path, text: str = PROGRAM) -> Recording:
    """What a program with this text registers; it runs in `folder`."""
    folder.mkdir(exist_ok=True)
    (folder / "__main__.py").write_text(text, encoding="utf-8")
    (folder / "Pulumi.yaml").write_text("name: tekton-builds\n", encoding="utf-8")
    return record(folder, Stack(name="tiny", config={}), {})


def changed(old: str, new: str) -> str:
    """The program with `new` in place of `old`, which must stand there once."""
    assert PROGRAM.count(old) == 1, f"{old!r} stands in the program {PROGRAM.count(old)} times"
    return PROGRAM.replace(old, new)
