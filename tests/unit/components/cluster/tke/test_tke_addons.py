"""Add-ons of a TKE cluster: when they are made, and what is said where none enforces NetworkPolicies."""

import pytest

from tests.unit.components.cluster.tke.tke_program import Given, deploy, one

WARNING = "cluster.addons has no add-on for NetworkPolicies"


def test_an_addon_comes_after_the_nodes_and_before_what_goes_into_the_cluster(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["addons"] = {"networkpolicy": "", "tcr": "1.0.1"}
    recording = deploy(given)
    (provider,) = [each for each in recording.resources if each.type == "pulumi:providers:kubernetes"]
    for addon in recording.all("Addon"):
        for pool in recording.all("NodePool"):
            assert pool.urn in addon.dependencies, "nothing runs it before"
        assert addon.urn in recording.before(provider), "a pod would be there before its policies bind it"
    newest, exact = (one(recording, "Addon", name) for name in ("networkpolicy", "tcr"))
    assert newest.plain() == {"clusterId": "cluster-id", "addonName": "networkpolicy"}
    assert exact.plain()["addonVersion"] == "1.0.1"


def test_what_a_refresh_finds_in_an_addon_changes_nothing(asked: list[str], given: Given) -> None:
    given["cluster"]["addons"] = {"networkpolicy": ""}
    assert one(deploy(given), "Addon").ignored == ("rawValues",), "the cloud fills it in"


@pytest.mark.parametrize("name", ["networkpolicy", "NetworkPolicy", "network-policy"])
def test_however_the_addon_is_spelt_nothing_is_said(asked: list[str], given: Given, name: str) -> None:
    given["cluster"]["addons"] = {name: ""}
    assert not [line for line in deploy(given, preview=True).logged if WARNING in line]


def test_policies_that_bind_nobody_are_told_once_in_a_preview(asked: list[str], given: Given) -> None:
    recording = deploy(given, preview=True)
    assert len([line for line in recording.logged if WARNING in line]) == 1
    assert not recording.all("Addon"), "no source has the name of the add-on for certain"
    assert not [line for line in deploy(given).logged if WARNING in line], "a preview has said it"
