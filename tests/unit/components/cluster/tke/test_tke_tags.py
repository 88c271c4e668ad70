"""Tags, by which the bill of a cluster is divided."""

from plugins.tencentcloud.schema import schema
from tests.unit.components.cluster.tke.tke_program import Given, deploy

TAGS = {"cost-center": "builds", "团队": "构建"}


def test_whatever_can_have_tags_has_those_of_the_settings(asked: list[str], given: Given) -> None:
    given["cluster"]["tags"] = TAGS
    made = [each for each in deploy(given).resources if each.type.startswith("tencentcloud:")]
    tagged = {each.name for each in made if each.plain().get("tags") == TAGS}
    assert {each.name for each in made if "tags" in schema(each.type)} == tagged, "it is billed to nobody"
    assert {"cluster", "cluster-nodes-base", "cluster-nodes-more"} <= tagged


def test_without_tags_nothing_is_said_of_them(asked: list[str], given: Given) -> None:
    assert not [each.name for each in deploy(given).resources if "tags" in each.inputs], (
        "an empty set would take away those that somebody has put there"
    )
