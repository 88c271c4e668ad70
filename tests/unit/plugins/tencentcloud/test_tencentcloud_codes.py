"""The codes of the cloud, as its SDK lists them for each action."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import plugins.tencentcloud
from plugins.tencentcloud.errors import CloudError, codes

SOURCES = Path(plugins.tencentcloud.__file__).parent
WRITTEN = re.compile(r'"(\w+:[A-Z]\w+)",\s*"([A-Z]\w+(?:\.\w+)?)"')


def written() -> Iterator[tuple[str, str]]:
    """Every action and code that the model's source has next to each other."""
    for file in SOURCES.glob("*.py"):
        yield from WRITTEN.findall(file.read_text(encoding="utf-8"))


def test_the_model_answers_only_codes_that_the_sdk_lists_for_the_action() -> None:
    found = set(written())
    assert found, "the expression finds none, so this says nothing"
    assert not {(action, code) for action, code in found if code not in codes(action)}


def test_a_code_of_another_action_is_a_fault_of_the_model() -> None:
    assert str(CloudError("tke:DeleteCluster", "ResourceNotFound", "gone")) == (
        "[TencentCloudSDKError] Code=ResourceNotFound, Message=gone"
    )
    with pytest.raises(ValueError, match="tke:DeleteCluster never answers"):
        CloudError("tke:DeleteCluster", "InvalidParameter.OsNotSupport", "")
