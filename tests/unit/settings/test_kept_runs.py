"""How many runs are kept, and whether they fit the cluster of TKE that they stay in."""

import re

import pytest

from pipelines import pipeline
from pipelines.tasks import BUILD_IMAGE
from settings import Settings
from settings.kept_runs import REPORTS
from settings.levels import LEVELS
from tests.support.program import ROOT, SECRETS
from tests.support.recorded import record
from tests.unit.settings.loading import Given, load, refusal

TKE = {"kind": "tke", "apiCidrs": ["100.64.7.0/24"]}


def warned(given: Given, secrets: dict[str, str] | None = None) -> list[str]:
    logged = record(Settings.load, config=given, secrets=secrets or SECRETS).logged
    return [line for line in logged if line.startswith("runs.historyLimit")]


def repositories(given: Given, count: int) -> list[Given]:
    (first,) = given["repositories"]
    return [
        {**first, "url": f"https://git.example.com/team/shop-{index}.git", "namespace": f"shop-{index}"}
        for index in range(count)
    ]


@pytest.mark.parametrize(("cluster", "keep"), [({}, 50), (TKE, 10)], ids=["existing", "tke"])
def test_fewer_runs_are_kept_on_tke_unless_the_settings_say_how_many(
    given: Given, cluster: Given, keep: int
) -> None:
    given["cluster"] = cluster or given["cluster"]
    assert load(given).runs.history_limit == keep
    assert load({**given, "runs": {"concurrencyLimit": 3}}).runs.history_limit == keep, (
        "the other keys say nothing of it"
    )
    assert load({**given, "runs": {"historyLimit": 20}}).runs.history_limit == 20


def test_a_run_has_as_many_tasks_as_its_pipeline(given: Given) -> None:
    build = pipeline.Build(name="a", server="s", namespace="", context=".", dockerfile="Dockerfile")
    report = pipeline.Report(api="https://a", repository="o/r", context="c", link="")
    source = pipeline.GitSource(url="https://git.example.com/o/r.git")
    spec = pipeline.spec(source, [build], task=BUILD_IMAGE.name, parallel=1, report=report)
    assert len(spec["tasks"]) + len(spec["finally"]) == 1 + 1 + REPORTS


def test_the_defaults_fit_the_smallest_level(given: Given) -> None:
    assert warned({**given, "cluster": TKE, "repositories": repositories(given, 3)}) == []


@pytest.mark.parametrize(
    ("cluster", "keep", "count", "words"),
    [
        (
            {},
            50,
            1,
            "runs.historyLimit is 50, so up to 200 custom objects and 150 pods of done runs stay, but "
            "cluster.level is L5, which is for 150 and 150: the cloud raises it, and its price; set "
            "runs.historyLimit to 37 or cluster.level to L20",
        ),
        ({}, None, 4, "runs.historyLimit is 10, so up to 160 custom objects and 120 pods"),
        ({}, 10000, 1, "; set runs.historyLimit to 37 or cluster.level to L3000"),
        (
            {"autoUpgradeLevel": False},
            50,
            1,
            "for 150 and 150: set runs.historyLimit to 37 or cluster.level to L20",
        ),
        ({"level": "L20"}, 50, 1, ""),
        ({}, 1, 40, "; set cluster.level to L20"),
    ],
)
def test_more_than_the_level_is_for_is_warned_of_with_what_fits(
    given: Given, cluster: Given, keep: int | None, count: int, words: str
) -> None:
    given |= {
        "cluster": TKE | cluster,
        "repositories": repositories(given, count),
        "runs": {"historyLimit": keep},
    }
    found = warned(given)
    assert len(found) == bool(words)
    assert all(words in line for line in found), found


def test_reports_to_the_forge_are_tasks_of_a_run_too(given: Given) -> None:
    given |= {"cluster": TKE, "runs": {"historyLimit": 30}}
    given["commitStatus"] = {"api": "https://git.example.com/api/v1"}
    assert warned(given) == []
    (line,) = warned(given, {**SECRETS, "statusToken": "t"})
    assert "up to 180 custom objects and 150 pods" in line


def test_more_than_the_level_takes_is_refused_where_the_cloud_does_not_raise_it(given: Given) -> None:
    given |= {"cluster": TKE, "runs": {"historyLimit": 400}}
    assert len(warned(given)) == 1, "the cloud raises the level"
    given["cluster"] = {**TKE, "autoUpgradeLevel": False}
    (sentence,) = refusal(given)
    assert sentence == (
        "runs.historyLimit is 400, so up to 1600 custom objects and 1200 pods of done runs stay, but "
        "cluster.level is L5, which is for 150 and 150, and takes no more than 1250 and 600: pushes would be "
        "refused; set runs.historyLimit to 37 or cluster.level to L100"
    )


def test_another_cluster_is_not_reckoned_with(given: Given) -> None:
    assert warned({**given, "runs": {"historyLimit": 10000}}) == []


def test_a_level_that_the_cloud_does_not_have_is_told_with_those_that_it_has(given: Given) -> None:
    (sentence,) = refusal({**given, "cluster": {**TKE, "level": "L10"}})
    assert sentence == (
        "cluster.level is 'L10', but must be L5, L20, L50, L100, L200, L500, L1000, L3000 or L5000"
    )


def test_the_page_on_tke_has_the_same_figures() -> None:
    text = (ROOT / "docs" / "tencent-cloud.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(L\d+)` \| (.+) \|$", text, re.MULTILINE)
    assert {name: [int(figure) for figure in figures.split(" | ")] for name, figures in rows} == {
        name: [level.nodes, level.pods, level.custom, level.most_pods, level.most_custom]
        for name, level in LEVELS.items()
    }
