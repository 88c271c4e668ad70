"""The folders of the Tasks, and what is made of a task.yaml."""

from pathlib import Path

import pytest
import yaml

from pipelines import tasks
from pipelines.tasks import BUILD_IMAGE, COMMIT_STATUS, DOCKER_SOCKET, GIT_CLONE, USER, Task

FOLDER = Path(tasks.__file__).parent
TASKS = [BUILD_IMAGE, COMMIT_STATUS, DOCKER_SOCKET, GIT_CLONE]
TEXT = """
kind: Task
metadata: {name: greet}
spec:
  params:
    - name: to
    - {name: times, default: "1"}
  workspaces:
    - {name: letters, optional: true}
  results:
    - {name: answer}
    - {name: answers, type: array}
  steps:
    - name: greet
      image: ${image}
      script: ../shared.sh greet.sh
      env:
        - {name: TO, value: $(params.to)}
        - {name: FROM, value: "${from}"}
"""


@pytest.fixture
def greet(tmp_path: Path) -> Task:
    folder = tmp_path / "greet"
    folder.mkdir()
    (tmp_path / "shared.sh").write_text("greeting=hello\n")
    (folder / "greet.sh").write_text('echo "$greeting ${TO}"\n')
    return Task(folder, yaml.safe_load(TEXT))


def test_every_folder_is_a_task_of_its_name() -> None:
    found = {file.parent: file for file in FOLDER.glob("*/task.yaml")}
    assert found.keys() == {task.folder for task in TASKS}
    for task in TASKS:
        assert task.folder.name == task.name.replace("-", "_")
        assert (task.manifest["apiVersion"], task.manifest["kind"]) == ("tekton.dev/v1", "Task")


def test_every_script_of_a_folder_is_run_by_its_task() -> None:
    for task in TASKS:
        containers = (*task.manifest["spec"]["steps"], *task.manifest["spec"].get("sidecars", ()))
        named = {task.folder / file for container in containers for file in container["script"].split()}
        assert named >= set(task.folder.glob("*.sh")), f"{task.name} leaves a script out"


def test_a_step_reads_what_another_wrote_as_all_are_one_user() -> None:
    contexts = [step["securityContext"] for task in TASKS for step in task.manifest["spec"]["steps"]]
    users = [context["runAsUser"] for context in contexts if isinstance(context, dict)]
    assert users == [USER] * 3, "build-image has its from Python"


def test_values_and_scripts_take_the_places_of_their_names(greet: Task) -> None:
    (step,) = greet.spec(image="sh:1", **{"from": "me"})["steps"]
    assert step["image"] == "sh:1"
    assert step["script"] == 'greeting=hello\necho "$greeting ${TO}"\n', "values are for task.yaml alone"
    assert step["env"] == [{"name": "TO", "value": "$(params.to)"}, {"name": "FROM", "value": "me"}]


def test_an_empty_value_is_none_as_tekton_stores_it(greet: Task) -> None:
    (step,) = greet.spec(image="sh:1", **{"from": ""})["steps"]
    assert step["env"][1] == {"name": "FROM"}


def test_a_value_that_is_missing_is_named(greet: Task) -> None:
    with pytest.raises(KeyError, match="image"):
        greet.spec(**{"from": "me"})


def test_one_spec_is_not_another(greet: Task) -> None:
    first = greet.spec(image="sh:1", **{"from": "me"})
    first["params"].clear()
    assert greet.spec(image="sh:1", **{"from": "me"})["params"], "the file's content stays as it was read"


def test_a_pipeline_names_only_what_a_task_has_and_all_that_it_needs(greet: Task) -> None:
    assert greet.pipeline_task("hello", {"to": "you"}, {"letters": "volume"}) == {
        "name": "hello",
        "taskRef": {"kind": "Task", "name": "greet"},
        "params": [{"name": "to", "value": "you"}],
        "workspaces": [{"name": "letters", "workspace": "volume"}],
    }
    with pytest.raises(ValueError, match="needs the params to"):
        greet.pipeline_task("hello", {"times": "2"}, {})
    with pytest.raises(ValueError, match="has no params too"):
        greet.pipeline_task("hello", {"to": "you", "too": "me"}, {})
    with pytest.raises(ValueError, match="has no workspaces papers"):
        greet.pipeline_task("hello", {"to": "you"}, {"papers": "volume"})


def test_a_pipeline_reads_only_results_that_a_task_has(greet: Task) -> None:
    assert greet.result("hello", "answer") == "$(tasks.hello.results.answer)"
    assert greet.result("hello", "answers") == "$(tasks.hello.results.answers[*])"
    with pytest.raises(ValueError, match="has no result reply"):
        greet.result("hello", "reply")
