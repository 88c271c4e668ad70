"""`make cost`: what it prints of a plan, with a CLI that is a script."""

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import main as cli
from cli import real_stack
from tests.support import program
from tests.support.manifests import ingress_nginx
from tests.unit.cli.costs.planned import Step, cluster, states, steps
from tests.unit.cli.costs.test_price_file import ENTRY
from toolkit.pulumi_cli import Pulumi

Costs = Callable[..., tuple[int, str, str]]


@pytest.fixture
def costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Costs:
    """The command's exit code and what it prints to either stream, for a plan of these steps.

    `errors`: what the program ends with; `words`: what the CLI says when there is no plan at all.
    """

    def run(
        plan: Sequence[Step],
        *,
        prices: Sequence[Any] | None = None,
        errors: Sequence[str] = (),
        warning: str = "look out",
        words: str = "",
    ) -> tuple[int, str, str]:
        diagnostics = [{"severity": "warning", "message": f"warning: {warning}\n"}]
        diagnostics += [{"severity": "error", "message": f"error: {text}\n"} for text in errors]
        digest = {"config": {}, "steps": plan, "diagnostics": diagnostics}
        (tmp_path / "plan.json").write_text("" if words else json.dumps(digest))
        script, pulumi = tmp_path / "pulumi.py", tmp_path / "pulumi"
        script.write_text(
            "import sys\n"
            "assert sys.argv[1:5] == ['preview', '--stack', 'dev', '--json'], sys.argv\n"
            "assert '--show-sames' in sys.argv, 'what stays is billed too'\n"
            f"print(open({str(tmp_path / 'plan.json')!r}).read())\n"
            f"print({words!r}, file=sys.stderr)\n"
            f"sys.exit({255 if errors or words else 0})\n"
        )
        pulumi.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
        pulumi.chmod(0o755)
        stand_in = Pulumi(program=pulumi, temporary=tmp_path / "tmp")
        monkeypatch.setattr(real_stack, "previewing", lambda *_: stand_in)
        options = []
        if prices is not None:
            (tmp_path / "prices.yaml").write_text(yaml.safe_dump({"prices": prices}))
            options = ["--prices", str(tmp_path / "prices.yaml")]
        code = cli.main(["cost", "--stack", "dev", *options])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_of_a_stack_that_is_not_deployed_it_shows_what_would_be_billed(costs: Costs) -> None:
    code, out, _ = costs(steps(states(cluster())))
    assert code == 0
    assert "nothing of it is deployed yet" in out
    assert "node S5.MEDIUM8" in out
    assert "change" not in out, "all of it is new"


def test_every_row_without_a_price_says_so(costs: Costs) -> None:
    _, out, _ = costs(steps(states(cluster())))
    rows = [line for line in out.splitlines() if line.endswith("unpriced")]
    assert len(rows) == 6
    assert "together" not in out, "a sum of nothing"


def test_of_a_stack_that_is_deployed_it_shows_what_up_would_change(costs: Costs) -> None:
    large = states(cluster(nodes={"instanceType": "S5.LARGE16"}))
    _, out, _ = costs(steps(large, states(cluster())))
    table, _, change = out.partition("What `pulumi up` would change of it:\n")
    assert "node S5.MEDIUM8" in table
    assert "node S5.LARGE16" not in table, "it is not there yet"
    assert change.startswith("+  node S5.LARGE16")
    assert "\n-  node S5.MEDIUM8" in change


def test_a_plan_that_changes_nothing_says_so(costs: Costs) -> None:
    same = states(cluster())
    assert "`pulumi up` would change nothing of it." in costs(steps(same, same))[1]


def test_another_number_of_nodes_is_shown_with_both(costs: Costs) -> None:
    _, out, _ = costs(steps(states(cluster(nodes={"minNodes": 2, "maxNodes": 6})), states(cluster())))
    (line,) = [line for line in out.splitlines() if line.startswith("~  node S5.MEDIUM8")]
    assert "1 to 3 -> 2 to 6" in line


def test_a_price_stands_with_its_page_and_its_day_and_the_sum_says_of_how_many_rows(costs: Costs) -> None:
    disk = {**ENTRY, "what": "system disk CLOUD_PREMIUM", "unit": "GiB-hour", "price": 0.01}
    _, out, _ = costs(steps(states(cluster())), prices=[ENTRY, disk])
    assert "0.25 USD (contract 7, 2026-11-30)" in out
    assert "2 of 6 rows together: 0.75 to 2.25 USD an hour" in out, "1 to 3 nodes, each with 50 GiB"


def test_two_currencies_are_never_added(costs: Costs) -> None:
    plane = {**ENTRY, "what": "control plane L5", "currency": "CNY", "price": 2}
    _, out, _ = costs(steps(states(cluster())), prices=[ENTRY, plane])
    assert "1 of 6 rows together: 0.25 to 0.75 USD an hour" in out
    assert "1 of 6 rows together: 2 CNY an hour" in out


def test_what_a_change_does_to_the_sum_stands_behind_it(costs: Costs) -> None:
    more = states(cluster(nodes={"minNodes": 2, "maxNodes": 6}))
    _, out, _ = costs(steps(more, states(cluster())), prices=[ENTRY])
    assert "\n1 of 6 rows together: 0.25 to 0.75 USD an hour\n" in out
    assert "\nthen 1 of 6 rows together: 0.5 to 1.5 USD an hour\n" in out


def test_of_a_cluster_of_somebody_elses_tencent_cloud_bills_nothing(costs: Costs, tmp_path: Path) -> None:
    _, out, _ = costs(steps(states(program.whole(tmp_path))))
    assert out.startswith("Tencent Cloud bills nothing of stack dev")
    assert "Service traefik" in out
    assert "calculator" not in out, "Tencent Cloud's has no price of another cloud's"


def test_a_mistake_in_the_file_of_prices_is_one_sentence(costs: Costs) -> None:
    code, _, err = costs(steps(states(cluster())), prices=[{**ENTRY, "unit": "week"}])
    assert code == 1
    assert err.count("\n") == 1
    assert "prices[1].unit is 'week'" in err


def test_a_program_that_ends_with_an_error_says_its_first(costs: Costs) -> None:
    code, out, err = costs([], errors=["cluster.zone is 'x', but must be another", "the program has ended"])
    assert (code, out) == (1, "")
    assert err == "error: the plan of stack dev: cluster.zone is 'x', but must be another\n"


def test_a_stack_that_is_not_there_is_said_though_a_warning_comes_behind_it(costs: Costs) -> None:
    code, _, err = costs([], words="error: no stack named 'dev' found\nwarning: using a plugin from $PATH")
    assert code == 1
    assert err == "error: the plan of stack dev: no stack named 'dev' found\n"


def test_a_release_that_the_preview_could_not_have_is_named_as_missing(costs: Costs, tmp_path: Path) -> None:
    config = program.config(tmp_path / "kubeconfig")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        recording = program.run(
            {
                **config,
                "ingress": {"kind": "nginx", "acceptRetired": True},
                "releaseMirror": "http://127.0.0.1:9",
            },
            preview=True,
        )
    (warning,) = [line for line in recording.logged if "ingress-nginx" in line and "preview" in line]
    _, out, _ = costs(steps(states(recording)), warning=warning)
    assert "ingress-nginx" in out, "the load balancer of the webhook is its Service"
    assert out.splitlines()[-1].startswith("Not downloaded, and missing above"), out
    assert "look out" not in costs(steps(states(recording)))[1], "other warnings are `make preview`'s"


def test_the_table_of_the_docs_is_that_of_the_stack_dev(costs: Costs) -> None:
    config = yaml.safe_load((program.ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("releases.source.load", lambda *_: {"ingress-nginx": ingress_nginx()})
        settings = {key.removeprefix("tekton-builds:"): value for key, value in config.items()}
        dev = states(program.run(settings, {}, preview=True))
    _, out, _ = costs(steps(dev, dev))
    page = (program.ROOT / "docs" / "tencent-cloud.md").read_text(encoding="utf-8")
    text = page.partition("## What it costs")[2]
    table = text.partition("```text\n")[2].partition("```")[0]
    assert table in out, out
