"""Where passwords and keys may stand."""

import pytest

from policy.rules import UNKNOWN, no_plain_secret
from tests.unit.policy.judge import Case, assert_accepted, refusal
from tests.unit.policy.shapes import AROUND_CONTAINER, deployment

MAP = "kubernetes:core/v1:ConfigMap"
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n"


@pytest.mark.parametrize("place", AROUND_CONTAINER)
def test_a_password_in_an_environment_is_refused_wherever_the_container_is(place: str) -> None:
    container = {"name": "c", "env": [{"name": "dbPassword", "value": "a"}]}
    assert "dbPassword" in refusal(no_plain_secret, AROUND_CONTAINER[place](container))


@pytest.mark.parametrize(
    "case",
    [
        deployment(env=[{"name": "ID", "value": KEY}]),
        deployment(env=[{"name": "DATABASE_URL", "value": "postgres://shop:s3cret@db.shop.svc:5432/shop"}]),
        (MAP, {"data": {"id": KEY}}),
        (MAP, {"data": {"config": "cache: redis://:s3cret@cache:6379\n"}}),
        (MAP, {"data": {"client_secret": "a"}}),
        ("kubernetes:core/v1:ConfigMapList", {"items": [{"data": {"client_secret": "a"}}]}),
    ],
)
def test_so_is_a_key_and_what_is_in_a_config_map(case: Case) -> None:
    refusal(no_plain_secret, case)


@pytest.mark.parametrize(
    "case",
    [
        deployment(
            env=[{"name": "TOKEN", "valueFrom": {"secretKeyRef": {}}}, {"name": "API_KEY", "value": ""}]
        ),
        deployment(env=UNKNOWN),
        deployment(env=[{"name": "DATABASE_URL", "value": "postgres://shop:$(PASSWORD)@db:5432/shop"}]),
        (
            MAP,
            {
                "data": {
                    "url": "https://example.com:8443/a@b",
                    "mail": "mailto:a@example.com",
                    "ssh": "ssh://git@a",
                }
            },
        ),
        (MAP, {"data": {"secretName": "a", "note": "a", "password": UNKNOWN}}),
        (MAP, {"data": UNKNOWN}),
        ("kubernetes:core/v1:Secret", {"stringData": {"password": "a"}}),
    ],
)
def test_what_comes_from_a_secret_or_is_none_is_accepted(case: Case) -> None:
    assert_accepted(no_plain_secret, case)
