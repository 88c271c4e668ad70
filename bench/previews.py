"""`pulumi preview` of the stack with 1, 10 and 50 repositories of four images each."""

import time
from pathlib import Path
from typing import Any

import yaml

from bench.environment import BenchEnvironment
from bench.report import Row
from sandbox.stack.settings_file import PROJECT

COUNTS, ROUNDS, IMAGES = (1, 10, 50), 2, ("api", "web", "worker", "jobs")


def measure(environment: BenchEnvironment) -> list[Row]:
    file = Path(environment.stack.environment["PULUMI_OPTION_CONFIG_FILE"])
    original = file.read_text()
    counts, rounds = (COUNTS[:2], 1) if environment.quick else (COUNTS, ROUNDS)
    figures: dict[int, list[float]] = {count: [] for count in counts}
    try:
        for _ in range(rounds):
            for count in counts:
                content = yaml.safe_load(original)
                content["config"][f"{PROJECT}:repositories"] = [
                    _repository(environment, number) for number in range(count)
                ]
                file.write_text(yaml.safe_dump(content))
                figures[count].append(_preview(environment))
    finally:
        file.write_text(original)
    smallest, *larger = counts
    return [
        Row(
            subject=f"preview of {smallest} repository",
            seconds=figures[smallest],
            baseline=f"of {count}",
            baseline_seconds=figures[count],
            note="the same program with more to show",
        )
        for count in larger
    ]


def _repository(environment: BenchEnvironment, number: int) -> dict[str, Any]:
    return {
        "url": f"{environment.forge.url}/team/app-{number}.git",
        "namespace": f"app-{number}",
        "images": [{"name": name, "context": name} for name in IMAGES],
    }


def _preview(environment: BenchEnvironment) -> float:
    log = environment.folder / "preview.log"
    began = time.perf_counter()
    code = environment.stack.preview(log)
    took = time.perf_counter() - began
    assert code == 0, log.read_text()
    return took
