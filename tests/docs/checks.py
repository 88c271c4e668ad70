"""What is looked at when a command of a page has ended, beside what it printed."""

import json
import re
from pathlib import Path
from typing import Any

import requests

from forges.signed_push import commit_that_is_none
from tests.docs.session import Session
from tests.docs.shell import Result
from tests.e2e import login_image
from tests.support.account import NEW_ACCOUNT, imported_ids
from toolkit.paths import Paths
from toolkit.polling import wait_for

YES = ((r"Do you want to perform this \w+\?", "yes\r"),)
NO = ((r"Do you want to perform this \w+\?", "no\r"),)
DASHBOARD = "tekton.k8s.local"
SANDBOX_OUTPUTS = {"dashboard_url", "dashboard_password"}  # what a stack without the Dashboard lacks


def pushed_here(session: Session, result: Result) -> None:
    commit = re.search(r"pushed    ([0-9a-f]{40}) to main", result.output)
    assert commit, result.output
    session.values["SHA"] = commit.group(1)


def outputs_are_those_of_the_table(session: Session, missing: set[str]) -> None:
    """Every output of the selected stack stands in the table of docs/commands.md, and the other way round."""
    text = (session.clone / "docs" / "commands.md").read_text(encoding="utf-8")
    documented = set(
        re.findall(r"^\| `(\w+)` \|", text.partition("## Outputs")[2].partition("\n## ")[0], re.MULTILINE)
    )
    outputs = set(json.loads(session.type("pulumi stack output --json 2>/dev/null").output))
    assert outputs == documented - missing, "the table of outputs in docs/commands.md"


def outputs_of_the_sandbox(session: Session, _result: Result) -> None:
    outputs_are_those_of_the_table(session, SANDBOX_OUTPUTS)


def sandbox_is_absent(session: Session, _result: Result) -> None:
    assert not (session.clone / ".sandbox").exists(), "nothing of the sandbox stays"
    remains = session.type("ip -brief address; ip route; mount").output
    assert session.values["HOST"].rpartition(".")[0] not in remains, f"a link or a route: {remains}"


def clean(session: Session, _result: Result) -> None:
    remains = session.type("git status --short --ignored").output
    assert ".venv" not in remains, f"what was made in the checkout is there still: {remains}"


def keep(session: Session, _result: Result) -> None:
    """Somebody commits the stack's file, and every output that docs/commands.md names is there."""
    session.world.deployed.write_text((session.clone / "Pulumi.dev.yaml").read_text())
    if session.page == "docs/tencent-cloud.md":
        outputs_are_those_of_the_table(session, set())


def costs(session: Session, result: Result) -> None:
    """Every line of the page's table is one that the command prints."""
    text = (session.clone / session.page).read_text(encoding="utf-8")
    section = text.partition("## What it costs")[2].partition("\n## ")[0]
    table = section.partition("```text\n")[2].partition("```")[0].splitlines()
    assert table, "the page shows a table"
    missing = [line for line in table if line not in result.output.splitlines()]
    assert not missing, f"{session.page} shows what is not printed: {missing}:\n{result.output}"


def dashboard(session: Session, result: Result) -> None:
    """The password opens it, and no other does."""
    address = session.type("pulumi stack output load_balancer_ip").output.strip()
    client = requests.Session()
    client.trust_env = False

    def login_status(password: str) -> int:
        answer = client.get(
            f"http://{address}/",
            headers={"Host": DASHBOARD, "Accept": "application/json"},
            auth=("admin", password),
            timeout=5,
        )
        return answer.status_code

    wait_for("the Dashboard's login", lambda: login_status("wrong") == 401, 30)
    assert login_status(result.output.strip()) == 200


def mirrored(session: Session, result: Result) -> None:
    """All is copied, but for the image of Windows nodes where its registry, mcr.microsoft.com, refuses."""
    copies = re.findall(r"^  is (\S+)", result.output, re.MULTILINE)
    errors = re.findall(r"^error: (\S+) is not copied", result.output, re.MULTILINE)
    assert len(copies) > 5, result.output
    assert all(copy.startswith(session.filled("{REGISTRY}/mirror/")) for copy in copies)
    assert all(image.startswith("mcr.microsoft.com/") for image in errors), result.output
    assert bool(errors) == bool(result.code), "what is not copied is an error, and nothing else"


def refusals(session: Session, _result: Result) -> None:
    """Every row of `Error messages` is what the command prints then."""
    text = (session.clone / "docs" / "github.md").read_text(encoding="utf-8")
    section = text.partition("## Error messages")[2].partition("\n## ")[0]
    _, *rows = re.findall(r"^\| (\w.*?) \|", section, re.MULTILINE)
    shop = session.world.shop
    cases = (
        lambda: _webhook(session, token="wrong"),
        lambda: _webhook(session, repository="example/nowhere"),
        lambda: _webhook(session, refusal=(403, "Resource not accessible by personal access token")),
        lambda: _webhook(session, reachable=False),
    )
    assert len(rows) == len(cases), f"docs/github.md has other rows: {rows}"
    for row, case in zip(rows, cases, strict=True):
        result = case()
        shop.refusal, shop.reachable = None, True
        assert result.code, f"{row}: make says that it has failed"
        assert row in result.output


def _webhook(
    session: Session,
    *,
    token: str = "{TOKEN}",
    repository: str = "example/shop",
    refusal: tuple[int, str] | None = None,
    reachable: bool = True,
) -> Result:
    shop = session.world.shop
    shop.refusal, shop.reachable = refusal, reachable
    command = f"GITHUB_TOKEN={token} make webhook REPO={repository} STACK=dev"
    return session.type(session.filled(command))


def secret_at_github(session: Session, result: Result) -> None:
    """After `make rotate`, which has named both repositories."""
    for repository in (session.world.shop, session.world.other_repository):
        (hook,) = repository.hooks
        assert hook["config"]["secret"] == result.output.strip(), (
            f"{repository.repository} signs with the old one"
        )


def pushed(session: Session, result: Result) -> None:
    keep(session, result)
    session.values["SHA"] = commit_that_is_none()
    assert session.world.shop.push("main", session.values["SHA"]) == 202
    wait_for("the run", lambda: session.values["SHA"] in _runs(session), 30)


def _runs(session: Session) -> str:
    return session.type(
        session.filled(
            "{BIN}/kubectl --kubeconfig {KUBECONFIG} get pipelineruns --all-namespaces --output json"
        )
    ).output


def lost(session: Session, _result: Result) -> None:
    """A push that GitHub could not deliver, behind the one that it could."""
    session.world.shop.lose("main", commit_that_is_none())


def find_seed(session: Session, _result: Result) -> None:
    file = _state(session)
    session.type(f"pulumi stack export --stack dev --file {file}")
    resources = json.loads(file.read_text())["deployment"]["resources"]
    urns = [resource["urn"] for resource in resources if "RandomBytes" in resource["type"]]
    assert len(urns) == 3, f"docs/builders.md says three: {urns}"
    session.values["URN"] = f"'{urns[0]}'"


def lose_state(session: Session) -> None:
    """The backend has lost the stack; who made it has its file and its secrets."""
    for command in (
        "pulumi stack rm --stack dev --force --yes --preserve-config",
        "pulumi stack init dev",
    ):
        result = session.type(command)
        assert result.code == 0, result.output
    session.values["BEFORE"] = " ".join(sorted(_account(session)))


def fill_in_ids(session: Session, _result: Result) -> None:
    """What a person finds in the console, where the page says."""
    file = session.clone / "import.json"
    imports = json.loads(file.read_text())
    resources = [entry for entry in imports["resources"] if entry["type"].startswith("tencentcloud:")]
    ids = imported_ids(_account(session))
    for entry in resources:
        entry["id"] = ids[entry.get("logicalName", entry["name"])]
    file.write_text(json.dumps({**imports, "resources": resources}))


def brought_back(session: Session, result: Result) -> None:
    assert " ".join(sorted(_account(session))) == session.values["BEFORE"], "nothing was made anew"
    assert "1 replaced" in result.output, "the endpoint, and nothing else"


def _account(session: Session) -> dict[str, dict[str, Any]]:
    account: dict[str, dict[str, Any]] = json.loads((session.world.folder / "account.json").read_text())
    return account


def remember(session: Session, _result: Result) -> None:
    """What the state is while the cluster is there."""
    session.type(f"pulumi stack export --stack dev --file {_state(session)}")


def nothing(session: Session, _result: Result) -> None:
    """The account is as new. Then the state is what it was: somebody has deleted the cluster by hand."""
    assert set(_account(session)) == NEW_ACCOUNT, "the account is as new"
    session.type(f"pulumi stack import --stack dev --file {_state(session)}")
    resources = json.loads(_state(session).read_text())["deployment"]["resources"]
    (endpoint,) = [resource["urn"] for resource in resources if "ClusterEndpoint" in resource["type"]]
    session.values["URN"] = f"'{endpoint}'"


def refreshed(session: Session, _result: Result) -> None:
    result = session.type("pulumi refresh --stack dev", YES)
    assert result.code == 0, result.output
    file = _state(session)
    session.type(f"pulumi stack export --stack dev --file {file}")
    resources = json.loads(file.read_text())["deployment"].get("resources", [])
    remains = [
        resource["urn"]
        for resource in resources
        if resource["type"].startswith(("kubernetes:", "tencentcloud:"))
    ]
    assert not remains, f"the state has what is nowhere: {remains}"


def _state(session: Session) -> Path:
    return session.world.folder / "state.json"


def relock(session: Session, _result: Result) -> None:
    """The sandbox is up: what is made of its images is locked, and people are logged in to its registry."""
    login_image.provide(Paths(state=session.clone / ".sandbox"), session.world.network)
    session.world.relock(session.clone)
    session.world.machine.home("sandbox")
