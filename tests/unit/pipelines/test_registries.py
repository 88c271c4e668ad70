"""Registries in the words of the two daemons."""

import tomllib

from pipelines.registries import Registries

MIRRORED = Registries(
    insecure=["10.0.0.2:5000"],
    mirrors={"docker.io": "https://mirror.example.com/hub", "quay.io": "http://10.0.0.2:5000/quay"},
)


def test_buildkit_asks_a_mirror_first_and_plain_http_is_one_hosts() -> None:
    assert tomllib.loads(MIRRORED.buildkitd())["registry"] == {
        "docker.io": {"mirrors": ["mirror.example.com/hub"]},
        "quay.io": {"mirrors": ["10.0.0.2:5000/quay"]},
        "10.0.0.2:5000": {"http": True, "insecure": True},
    }


def test_a_registry_over_plain_http_may_have_a_mirror_too() -> None:
    both = Registries(insecure=["10.0.0.2:5000"], mirrors={"10.0.0.2:5000": "https://mirror.example.com"})
    assert tomllib.loads(both.buildkitd())["registry"] == {
        "10.0.0.2:5000": {"mirrors": ["mirror.example.com"], "http": True, "insecure": True}
    }


def test_tls_is_the_rule() -> None:
    assert Registries().buildkitd() == ""
    assert Registries().dockerd() == ""


def test_other_tables_stand_beside_the_registries() -> None:
    found = tomllib.loads(MIRRORED.buildkitd({"root": "/layers"}))
    assert (found["root"], len(found["registry"])) == ("/layers", 3)


def test_docker_is_told_by_flags() -> None:
    plain = Registries(insecure=["10.0.0.2:5000"], mirrors={"docker.io": "http://10.0.0.2:5000"})
    assert plain.dockerd().split() == [
        "--insecure-registry=10.0.0.2:5000",
        "--registry-mirror=http://10.0.0.2:5000",
    ]
