"""A registry of Tencent Cloud in the settings, with what must fit it."""

from typing import Any

import pytest

from tests.unit.settings.loading import Given, load, refusal

SECRETS = {"gitPassword": "g"}


@pytest.fixture
def in_tcr(given: Given) -> Given:
    given["cluster"] = {"kind": "tke", "apiCidrs": ["100.64.7.0/24"], "tcr": {"name": "shop"}}
    given["registry"] = {"server": "shop.tencentcloudcr.com", "namespace": "apps/team"}
    del given["registryUsername"]
    return given


def test_a_registry_of_the_clusters_own_needs_no_login(in_tcr: Given) -> None:
    assert load(in_tcr, SECRETS).cluster


@pytest.mark.parametrize("tcr", [{}, {"name": "shop", "instanceId": "tcr-1a2b3c4d"}], ids=["neither", "both"])
def test_a_registry_is_a_new_one_or_one_that_is_there(in_tcr: Given, tcr: dict[str, Any]) -> None:
    in_tcr["cluster"]["tcr"] = tcr
    assert refusal(in_tcr, SECRETS) == [
        f"cluster.tcr is {tcr}, but must have either name, of a new registry, or instanceId, of one that is "
        "there"
    ]


def test_another_registrys_login_is_refused(in_tcr: Given) -> None:
    in_tcr["registryUsername"] = "builder"
    assert refusal(in_tcr, {**SECRETS, "registryPassword": "r"}) == [
        "registryUsername and registryPassword are set, but cluster.tcr makes a login of its own: `pulumi "
        "config rm registryUsername` and `pulumi config rm registryPassword`"
    ]


@pytest.mark.parametrize("namespace", ["", "a", "a/team", "a" * 31])
def test_images_are_in_a_namespace_that_tcr_can_have(in_tcr: Given, namespace: str) -> None:
    in_tcr["registry"]["namespace"] = namespace
    assert refusal(in_tcr, SECRETS) == [
        f"registry.namespace is {namespace!r}, but must begin with a namespace of TCR when cluster.tcr is "
        "set, 2 to 30 characters as team or team/apps"
    ]
