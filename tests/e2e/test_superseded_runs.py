"""Two pushes to one branch, one after the other: the older one's run is cancelled, and its volume goes."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from kubernetes import client, config

from cli.push import Push
from forges.signed_push import SignedPush
from sandbox.forge.forge import BRANCH, REPOSITORY
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PROMISED = 10.0  # seconds until the older run is cancelled
SECONDS = 120.0
GROUP, VERSION, KIND = "tekton.dev", "v1", "pipelineruns"


def test_a_newer_push_cancels_the_run_of_the_older_one_within_ten_seconds(
    paths: Paths, push: Push, outputs: dict[str, Any], signed_push: Callable[..., SignedPush]
) -> None:
    api_client = config.new_client_from_config(config_file=str(paths.kubeconfig))
    api, namespace = client.CustomObjectsApi(api_client), outputs["namespace"]
    branch = push.forge.api.get(f"repos/{push.forge.account.username}/{REPOSITORY}/branches/{BRANCH}")
    delivery = signed_push(after=branch["commit"]["id"])

    def delivered() -> str:
        """The name of the run that one more delivery starts."""
        event = json.loads(delivery.send().text)["eventID"]
        label = f"triggers.tekton.dev/triggers-eventid={event}"

        def run() -> str | None:
            response = api.list_namespaced_custom_object(
                GROUP, VERSION, namespace, KIND, label_selector=label
            )
            names = [item["metadata"]["name"] for item in response["items"]]
            return names or None

        (name,) = wait_for("the run of a delivery", run, SECONDS)
        return str(name)

    def look(name: str) -> dict[str, Any]:
        live: dict[str, Any] = api.get_namespaced_custom_object(GROUP, VERSION, namespace, KIND, name)
        return live

    older = delivered()
    began = time.monotonic()
    # A run's age is told in whole seconds.
    wait_for("another second", lambda: time.monotonic() - began > 1.1, 5)
    newer = delivered()
    wait_for(
        "the janitor",
        lambda: look(older)["spec"].get("status") == "CancelledRunFinally" or "the older run goes on",
        PROMISED,
    )

    def ended(name: str) -> str | None:
        (condition,) = look(name).get("status", {}).get("conditions") or [{}]
        return [condition["reason"]] if condition.get("status") in ("True", "False") else None

    assert wait_for("the older run's end", lambda: ended(older), SECONDS) == ["Cancelled"]
    assert wait_for("the newer run's end", lambda: ended(newer), SECONDS) in (["Succeeded"], ["Completed"])

    def claims() -> bool | str:
        items = client.CoreV1Api(api_client).list_namespaced_persistent_volume_claim(namespace).items
        remaining = [
            claim.metadata.name
            for claim in items
            if {owner.name for owner in claim.metadata.owner_references or []} & {older, newer}
        ]
        return not remaining or f"claims {remaining}"

    wait_for("the volumes of both to go", claims, SECONDS)
