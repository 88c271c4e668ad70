"""One buildkitd for all builds, as objects."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support.recorded import Recording
from tests.unit.components.network.test_network_policy import deploy

HOST = "buildkitd.builds-buildkitd"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    builder = {"buildkitdVolumeGib": 50, "memoryGib": 2, "parallel": 3, "egressCidrs": ["10.1.2.3/32"]}
    return deploy(tmp_path_factory.mktemp("stack"), builder=builder)


def test_there_is_none_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert not deploy(tmp_path).all("StatefulSet")


def test_its_volume_is_as_large_as_asked_and_goes_with_it(shared: Recording) -> None:
    spec = shared.one("StatefulSet", "buildkitd", "builds-buildkitd").plain()["spec"]
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["spec"]["resources"] == {"requests": {"storage": "50Gi"}}
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Delete"}
    (container,) = spec["template"]["spec"]["containers"]
    assert container["resources"]["limits"]["memory"] == "6Gi", "for three images at once"


def test_the_oldest_layers_go_before_the_volume_is_full(shared: Recording) -> None:
    file = shared.one("ConfigMap", "buildkitd", "builds-buildkitd").plain()["data"]["buildkitd.toml"]
    config = tomllib.loads(file)
    assert config["worker"]["oci"]["gc"] is True
    assert config["worker"]["oci"]["maxUsedSpace"] == 40 * 2**30
    assert config["grpc"]["tls"].keys() == {"ca", "cert", "key"}, "nobody calls it without a certificate"


def test_builds_call_it_and_nobody_else(shared: Recording) -> None:
    ingress = shared.one("NetworkPolicy", "from-builds", "builds-buildkitd").plain()["spec"]["ingress"]
    builds, daemon = (
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}
        for name in ("builds", "builds-buildkitd")
    )
    assert ingress == [{"from": [builds], "ports": [{"protocol": "TCP", "port": 1234}]}]
    outward, pushes = (
        shared.one("NetworkPolicy", policy, namespace).plain()["spec"]["egress"]
        for policy, namespace in (("to-internet", "builds"), ("from-builds", "builds-buildkitd"))
    )
    assert {"to": [daemon], "ports": [{"protocol": "TCP", "port": 1234}]} in outward
    assert {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}]} in pushes, "it pushes, not the build"


def test_the_build_calls_it_and_keeps_no_layers_elsewhere(shared: Recording) -> None:
    task = shared.one("Task", "build-image", "builds").plain()["spec"]
    environment = {one["name"]: one["value"] for one in task["steps"][0]["env"]}
    assert environment["SHARED_BUILDKITD"] == f"tcp://{HOST}:1234"
    assert task["volumes"] == [{"name": "certificates", "secret": {"secretName": "buildkitd-client"}}]
    pipeline = shared.one("Pipeline", "github-trigger-pipeline", "builds").plain()["spec"]
    caches = [
        param["value"] for task in pipeline["tasks"] for param in task["params"] if param["name"] == "cache"
    ]
    assert set(caches) == {""}


def files(shared: Recording, name: str, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = shared.one("Secret", name, namespace).plain()["stringData"]
    return found


def test_each_side_knows_the_other_by_a_certificate_of_one_authority(shared: Recording) -> None:
    server = files(shared, "buildkitd", "builds-buildkitd")
    client = files(shared, "buildkitd-client", "builds")
    assert server["ca.pem"] == client["ca.pem"]
    assert len({server["key.pem"], client["key.pem"]}) == 2
    (authority,) = x509.load_pem_x509_certificates(server["ca.pem"].encode())
    for side, usage in ((server, ExtendedKeyUsageOID.SERVER_AUTH), (client, ExtendedKeyUsageOID.CLIENT_AUTH)):
        certificate = x509.load_pem_x509_certificate(side["cert.pem"].encode())
        certificate.verify_directly_issued_by(authority)
        extensions = certificate.extensions
        assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [usage], (
            "a server's certificate is no client's"
        )
    named = x509.load_pem_x509_certificate(server["cert.pem"].encode()).extensions
    names = named.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [HOST]
