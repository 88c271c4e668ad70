"""Check that the done runs that a stack keeps fit its TKE cluster."""

from collections.abc import Sequence

from settings.builds import Repository
from settings.levels import LEVELS
from settings.tke import Tke

REPORTS = 2  # tasks of a run that tell the forge: that it builds, and how it has ended


def count_tasks(repository: Repository, *, reports: bool) -> int:
    """The tasks in a run: a clone, a build for each image, and the reports to the forge."""
    return 1 + len(repository.images) + (REPORTS if reports else 0)


def kept_runs(cluster: Tke, history_limit: int, tasks: Sequence[int]) -> tuple[list[str], list[str]]:
    """Errors and warnings. `tasks`: number of tasks in a run of each repository.

    A run is a PipelineRun, and a TaskRun and a pod for each of its tasks. They stay as long as it does.
    """
    pods, custom = sum(tasks), sum(tasks) + len(tasks)

    def fit(most_pods: int, most_custom: int) -> bool:
        return history_limit * pods <= most_pods and history_limit * custom <= most_custom

    level = LEVELS[cluster.level]
    if fit(level.pods, level.custom):
        return [], []
    fewer = min(level.pods // pods, level.custom // custom)
    larger = next((name for name, limits in LEVELS.items() if fit(limits.pods, limits.custom)), "")
    remedies = [f"runs.historyLimit to {fewer}"] * bool(fewer) + [f"cluster.level to {larger}"] * bool(larger)
    mend = f" set {' or '.join(remedies)}" if remedies else " keep fewer runs of fewer repositories"
    sentence = (
        f"runs.historyLimit is {history_limit}, so up to {history_limit * custom} custom objects and "
        f"{history_limit * pods} pods of done runs stay, but cluster.level is {cluster.level}, "
        f"which is for {level.custom} and {level.pods}"
    )
    if cluster.auto_upgrade_level:
        return [], [f"{sentence}: the cloud raises it, and its price;{mend}"]
    if fit(level.most_pods, level.most_custom):
        return [], [f"{sentence}:{mend}"]
    most = f"and takes no more than {level.most_custom} and {level.most_pods}"
    return [f"{sentence}, {most}: pushes would be refused;{mend}"], []
