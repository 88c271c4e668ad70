"""What the bench says of its figures, and what it deploys; the figures are the sandbox's."""

import pytest

import bench.__main__ as command
from bench.deploys import _plain, _split
from bench.report import Row, page
from bench.tutorial import IMAGES
from sandbox.images import recipes

ROWS = [
    Row(
        subject="a build",
        seconds=[2.0, 10.0, 4.0],
        baseline="the tutorial",
        baseline_seconds=[20.0, 8.0, 16.0],
    ),
    Row(subject="a preview", seconds=[5.0], baseline="another", baseline_seconds=[2.5], note="slower"),
]


def test_a_ratio_is_of_the_medians_and_above_one_where_ours_is_faster() -> None:
    assert [row.ratio for row in ROWS] == [4.0, 0.5], "one slow round decides nothing"
    assert str(ROWS[0]) == "a build: 4.00 s, the tutorial 16.00 s, 4.00 times"


def test_the_page_has_both_figures_their_ratio_and_the_machine() -> None:
    text = page(ROWS, {"machine": "2 cores"})
    assert "- machine: 2 cores" in text
    assert "| a build | 4.00 s (3) | the tutorial | 16.00 s (3) | 4.00 |  |" in text
    assert "| a preview | 5.00 s (1) | another | 2.50 s (1) | 0.50 | slower |" in text


def test_kubectl_gets_what_the_program_gave_with_secrets_in_the_clear() -> None:
    secret = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": '{"a": "b"}',
    }
    assert _plain({"stringData": secret, "__defaults": [], "list": [{"__internal": 1, "x": 2}]}) == {
        "stringData": {"a": "b"},
        "list": [{"x": 2}],
    }


def test_what_tektons_webhooks_admit_comes_after_tekton() -> None:
    kinds = {
        "v1": "Secret",
        "apps/v1": "Deployment",
        "apiextensions.k8s.io/v1": "CustomResourceDefinition",
        "tekton.dev/v1": "Task",
        "triggers.tekton.dev/v1beta1": "EventListener",
    }
    own, tektons = _split([{"apiVersion": version, "kind": kind} for version, kind in kinds.items()])
    assert [one["kind"] for one in own] == ["Secret", "Deployment", "CustomResourceDefinition"]
    assert [one["kind"] for one in tektons] == ["Task", "EventListener"]


def test_the_other_side_runs_in_images_that_the_sandbox_has() -> None:
    assert set(IMAGES.values()) <= {":".join(one) for one in (recipes.GIT, recipes.DOCKER)}


def test_a_part_that_there_is_not_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "builds,lunch"]) == 1
    assert "there is no lunch" in capsys.readouterr().err
