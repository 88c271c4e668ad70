"""`pulumi preview` of the stack with 1, 10 and 50 repositories of four images each."""

import time
from pathlib import Path
from typing import Any

import yaml

from bench.place import Place
from bench.report import Row
from sandbox.stack_config import PROJECT

COUNTS, ROUNDS, IMAGES = (1, 10, 50), 2, ("api", "web", "worker", "jobs")


def measure(place: Place) -> list[Row]:
    file = Path(place.stack.environment["PULUMI_OPTION_CONFIG_FILE"])
    before = file.read_text()
    counts, rounds = (COUNTS[:2], 1) if place.quick else (COUNTS, ROUNDS)
    figures: dict[int, list[float]] = {count: [] for count in counts}
    try:
        for _ in range(rounds):
            for count in counts:
                whole = yaml.safe_load(before)
                whole["config"][f"{PROJECT}:repositories"] = [
                    _repository(place, number) for number in range(count)
                ]
                file.write_text(yaml.safe_dump(whole))
                figures[count].append(_preview(place))
    finally:
        file.write_text(before)
    one, *others = counts
    return [
        Row(
            what=f"preview of {one} repository",
            ours=figures[one],
            against=f"of {count}",
            theirs=figures[count],
            note="the same program with more to show",
        )
        for count in others
    ]


def _repository(place: Place, number: int) -> dict[str, Any]:
    return {
        "url": f"{place.forge.url}/team/app-{number}.git",
        "namespace": f"app-{number}",
        "images": [{"name": name, "context": name} for name in IMAGES],
    }


def _preview(place: Place) -> float:
    log = place.folder / "preview.log"
    began = time.perf_counter()
    code = place.stack.preview(log)
    took = time.perf_counter() - began
    assert code == 0, log.read_text()
    return took
