"""The sentence that each mistake in the nodes, tags, add-ons and logs of a TKE cluster gets."""

from typing import Any

import pytest

from tests.unit.settings.loading import Given, load, refusal

TAGS = {f"k{number}": "v" for number in range(51)}
TYPES = [f"S{number}.MEDIUM8" for number in range(10)]
SCRIPT = "#!/bin/sh\n" + "#" * 12_300

MISTAKES: dict[str, tuple[Any, str]] = {
    "a tag that the cloud keeps for itself": (
        {"tags": {"qcs:team": "builds"}},
        "cluster.tags.qcs:team is 'qcs:team', but must be the key of a tag, 1 to 127 letters, digits, spaces "
        "and + - = . _ : / @ ( ) [ ] , ; > <, with no space at its ends, and not beginning with qcs: or "
        "project:",
    ),
    "a number for a tag": (
        {"tags": {"cost-center": 4711}},
        "cluster.tags.cost-center is 4711, but must be text: tags of all that is made in the account: "
        "{cost-center: builds}",
    ),
    "a space after a tag": (
        {"tags": {"team": "builds "}},
        "cluster.tags.team is 'builds ', but must be the value of a tag, 1 to 255 letters, digits, spaces "
        "and + - = . _ : / @ ( ) [ ] , ; > <, with no space at its ends",
    ),
    "more tags than a resource has": (
        {"tags": TAGS},
        f"cluster.tags is {TAGS}, but must have at most 50 tags, as a resource of the cloud has",
    ),
    "an add-on of two words": (
        {"addons": {"Network Policy": ""}},
        "cluster.addons.Network Policy is 'Network Policy', but must be the name of an add-on, letters, "
        "digits and dashes",
    ),
    "logs for ever": (
        {"logs": {"days": 3640}},
        "cluster.logs.days is 3640, but must be at most 3600",
    ),
    "a family for a type": (
        {"nodes": {"instanceType": "S5"}},
        "cluster.nodes.instanceType is 'S5', but must be a type of CVM instance, as S5.MEDIUM8",
    ),
    "a backup that is no other type": (
        {"nodes": {"backupInstanceTypes": ["SA2.MEDIUM8", "s5.medium8"]}},
        "cluster.nodes is {'backupInstanceTypes': ['SA2.MEDIUM8', 's5.medium8']}, but must have every type "
        "once in instanceType and backupInstanceTypes, and S5.MEDIUM8 stands there more than once",
    ),
    "more backups than a pool has": (
        {"nodes": {"instanceType": "SA2.MEDIUM8", "backupInstanceTypes": TYPES}},
        f"cluster.nodes is {{'instanceType': 'SA2.MEDIUM8', 'backupInstanceTypes': {TYPES}}}, but must have "
        "at most 9 backupInstanceTypes",
    ),
    "spot instances of which there are none": (
        {"nodes": {"minNodes": 2, "maxNodes": 2, "spot": {"maxPrice": "0.05"}}},
        "cluster.nodes is {'minNodes': 2, 'maxNodes': 2, 'spot': {'maxPrice': '0.05'}}, but must have a "
        "maxNodes above its minNodes with spot: the nodes above `minNodes` are spot",
    ),
    "no price": (
        {"nodes": {"spot": {}}},
        'cluster.nodes.spot.maxPrice is missing: most that an hour of a node may cost, in quotes, as "0.05"',
    ),
    "a price without quotes": (
        {"nodes": {"spot": {"maxPrice": 0.05}}},
        "cluster.nodes.spot.maxPrice is 0.05, but must be text: most that an hour of a node may cost, in "
        'quotes, as "0.05"',
    ),
    "a price in a currency": (
        {"nodes": {"spot": {"maxPrice": "$0.05"}}},
        "cluster.nodes.spot.maxPrice is '$0.05', but must be a decimal number in quotes, as \"0.05\"",
    ),
    "bandwidth by the month": (
        {"nodes": {"internetChargeType": "BANDWIDTH_PREPAID"}},
        "cluster.nodes.internetChargeType is 'BANDWIDTH_PREPAID', but must be 'TRAFFIC_POSTPAID_BY_HOUR', "
        "'BANDWIDTH_POSTPAID_BY_HOUR' or 'BANDWIDTH_PACKAGE'",
    ),
    "a package that nothing is billed to": (
        {"nodes": {"bandwidthPackageId": "bwp-1a2b3c4d"}},
        "cluster.nodes is {'bandwidthPackageId': 'bwp-1a2b3c4d'}, but must have internetChargeType "
        "BANDWIDTH_PACKAGE when it has bandwidthPackageId",
    ),
    "a long script": (
        {"nodes": {"userData": SCRIPT}},
        f"cluster.nodes.userData is {SCRIPT!r}, but must have at most 16384 bytes in Base64, and has 16416",
    ),
}


@pytest.mark.parametrize(("keys", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_cluster_is_one_sentence(given: Given, keys: Given, sentence: str) -> None:
    given["cluster"] = {"kind": "tke", "apiCidrs": ["100.64.7.0/24"], **keys}
    assert refusal(given) == [sentence]


@pytest.mark.parametrize(
    "keys",
    [
        {"tags": {"cost-center": "builds", "团队": "构建", "a b": "(c) [d]"}},
        {"nodes": {"instanceType": "sa2.medium8"}},
        {"nodes": {"spot": {"maxPrice": "1"}}},
        {"nodes": {"internetChargeType": "BANDWIDTH_PACKAGE"}},
        {"nodes": {"os": "img-1a2b3c4d"}},
    ],
)
def test_what_the_cloud_takes_is_taken(given: Given, keys: Given) -> None:
    given["cluster"] = {"kind": "tke", "apiCidrs": ["100.64.7.0/24"], **keys}
    assert load(given)
