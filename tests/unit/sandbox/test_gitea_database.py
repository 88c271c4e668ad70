"""What is read out of Gitea's own database."""

import json
import sqlite3
from pathlib import Path

import pytest

from sandbox.forge.database import Event, GiteaDatabase

COMMIT = "a" * 40
OTHER = "b" * 40


@pytest.fixture
def database(tmp_path: Path) -> GiteaDatabase:
    file = tmp_path / "gitea.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE webhook (id INTEGER PRIMARY KEY, secret TEXT)")
    connection.execute("INSERT INTO webhook VALUES (7, 'hush')")
    connection.execute(
        "CREATE TABLE hook_task (id INTEGER PRIMARY KEY, uuid TEXT, payload_content TEXT, event_type TEXT,"
        " is_delivered BOOLEAN, is_succeed BOOLEAN, response_content TEXT)"
    )
    for number, before, after, succeeded, response in (
        (1, OTHER, COMMIT, 1, {"status": 202, "body": json.dumps({"eventID": "e-1", "namespace": "hooks"})}),
        (2, COMMIT, OTHER, 0, {"status": 0, "body": "Delivery: connection refused"}),
        (3, COMMIT, "c" * 40, 0, None),
    ):
        connection.execute(
            "INSERT INTO hook_task VALUES (?, ?, ?, 'push', 1, ?, ?)",
            (
                number,
                f"uuid-{number}",
                json.dumps({"before": before, "after": after}),
                succeeded,
                json.dumps(response) if response else None,
            ),
        )
    connection.commit()
    connection.close()
    return GiteaDatabase(file)


def test_the_delivery_of_a_commit_is_the_one_that_brought_it_not_the_one_that_left_it(database):
    delivery = database.delivery(COMMIT)
    assert delivery is not None
    assert delivery.identity == "uuid-1", "uuid-2 and uuid-3 have the commit as `before` only"
    assert (delivery.is_complete, delivery.succeeded, delivery.status) == (True, True, 202)
    assert delivery.event == Event(identity="e-1", namespace="hooks"), "it leads to the PipelineRun"


def test_a_delivery_that_nobody_answered_says_why(database):
    delivery = database.delivery(OTHER)
    assert delivery is not None
    assert (delivery.succeeded, delivery.status) == (False, 0)
    assert "connection refused" in delivery.answer
    assert delivery.event is None, "no listener gave it an id"


def test_a_delivery_under_way_is_not_done(database):
    delivery = database.delivery("c" * 40)
    assert delivery is not None
    assert not delivery.is_complete, "Gitea marks it as delivered before it has an answer"


def test_a_commit_that_was_never_pushed_has_no_delivery(database):
    assert database.delivery("d" * 40) is None


def test_a_webhooks_secret_is_told_by_its_id(database):
    assert database.webhook_secret(7) == "hush"
    assert database.webhook_secret(8) is None, "there is no such webhook"


def test_reading_makes_no_database_where_there_is_none(tmp_path):
    with pytest.raises(sqlite3.Error):
        GiteaDatabase(tmp_path / "none.db").webhook_secret(1)
    assert list(tmp_path.iterdir()) == [], "an empty file would keep Gitea from starting"
