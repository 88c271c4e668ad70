"""One context of a kubeconfig, usable from any folder."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml

from inspection.kubeconfig import KubeconfigError, read


def kubeconfig(**cluster: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "here", "cluster": {"server": "https://192.0.2.1:6443", **cluster}},
            {"name": "there", "cluster": {"server": "https://192.0.2.2:6443"}},
        ],
        "users": [
            {"name": "admin", "user": {"token": "a-token"}},
            {"name": "other", "user": {"token": "of-another-cluster"}},
        ],
        "contexts": [
            {"name": "dev", "context": {"cluster": "here", "user": "admin"}},
            {"name": "prod", "context": {"cluster": "there", "user": "other"}},
        ],
        "current-context": "dev",
    }


def text(**cluster: Any) -> str:
    return yaml.safe_dump(kubeconfig(**cluster))


def test_the_current_context_is_meant_when_none_is_named() -> None:
    assert (read(text()).context, read(text()).server) == ("dev", "https://192.0.2.1:6443")


def test_a_named_context_is_meant_whatever_the_current_one_is() -> None:
    chosen = read(text(), context="prod")
    assert chosen.server == "https://192.0.2.2:6443"
    assert yaml.safe_load(chosen.text)["current-context"] == "prod"


def test_another_clusters_credentials_stay_out_of_it() -> None:
    assert "of-another-cluster" not in read(text()).text, "it would stand in the stack's state"


def test_another_current_context_changes_nothing_for_a_named_one() -> None:
    other = yaml.safe_dump({**kubeconfig(), "current-context": "prod"})
    assert read(other, context="dev").text == read(text(), context="dev").text


def test_what_the_entries_say_beside_is_kept_as_it_is() -> None:
    extra = {"proxy-url": "http://proxy.example.com", "disable-compression": True, "tls-server-name": "api"}
    cluster = yaml.safe_load(read(text(**extra)).text)["clusters"][0]["cluster"]
    assert extra.items() <= cluster.items()


def test_a_relative_certificate_is_read_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki" / "ca.crt").write_text("a certificate")
    chosen = read(text(**{"certificate-authority": "pki/ca.crt"}), folder=tmp_path)
    cluster = yaml.safe_load(chosen.text)["clusters"][0]["cluster"]
    assert b64decode(cluster["certificate-authority-data"]) == b"a certificate"
    assert "certificate-authority" not in cluster, "the provider would look for it beside the program"
    inside = read(text(**{"certificate-authority-data": cluster["certificate-authority-data"]}))
    assert chosen.text == inside.text, "the stack would have another provider for nothing"


def test_a_relative_client_certificate_and_key_are_read_too(tmp_path: Path) -> None:
    whole = kubeconfig()
    whole["users"][0]["user"] = {"client-certificate": "a.crt", "client-key": "a.key"}
    for name in ("a.crt", "a.key"):
        (tmp_path / name).write_text(name)
    user = yaml.safe_load(read(yaml.safe_dump(whole), folder=tmp_path).text)["users"][0]["user"]
    assert {key: b64decode(value).decode() for key, value in user.items()} == {
        "client-certificate-data": "a.crt",
        "client-key-data": "a.key",
    }


def test_an_absolute_path_stays_as_a_stack_of_before_has_it() -> None:
    cluster = yaml.safe_load(read(text(**{"certificate-authority": "/etc/ca.crt"})).text)["clusters"][0]
    assert cluster["cluster"]["certificate-authority"] == "/etc/ca.crt"


def test_a_token_file_and_a_command_become_absolute(tmp_path: Path) -> None:
    whole = kubeconfig()
    whole["users"][0]["user"] = {"tokenFile": "token", "exec": {"command": "bin/login", "args": ["a"]}}
    user = yaml.safe_load(read(yaml.safe_dump(whole), folder=tmp_path).text)["users"][0]["user"]
    assert user["tokenFile"] == str(tmp_path / "token"), "it is read again and again, so no copy will do"
    assert user["exec"] == {"command": str(tmp_path / "bin" / "login"), "args": ["a"]}


def test_a_command_on_the_path_stays_a_name(tmp_path: Path) -> None:
    whole = kubeconfig()
    whole["users"][0]["user"] = {"exec": {"command": "aws"}}
    user = yaml.safe_load(read(yaml.safe_dump(whole), folder=tmp_path).text)["users"][0]["user"]
    assert user["exec"]["command"] == "aws"


MISTAKES: dict[str, tuple[str, dict[str, Any], str]] = {
    "no YAML": ("{", {}, "is not YAML"),
    "no mapping": ("[]", {}, "is not a kubeconfig"),
    "an unknown context": (text(), {"context": "stage"}, "has no context 'stage'; it has dev, prod"),
    "no current context": (
        yaml.safe_dump({**kubeconfig(), "current-context": ""}),
        {},
        "has no current context; it has dev, prod",
    ),
    "a cluster that is not defined": (
        yaml.safe_dump({**kubeconfig(), "clusters": []}),
        {},
        "names the cluster 'here' and does not define it",
    ),
    "no server": (text(server=""), {}, "has no server in the cluster of its context 'dev'"),
    "a relative path in a text": (
        text(**{"certificate-authority": "ca.crt"}),
        {},
        "names the certificate-authority 'ca.crt', which is relative to a file",
    ),
    "a file that is not there": (
        text(**{"certificate-authority": "ca.crt"}),
        {"folder": Path("/nowhere")},
        "names the certificate-authority 'ca.crt', which cannot be read: No such file",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_the_end_of_a_sentence(mistake: str) -> None:
    content, arguments, words = MISTAKES[mistake]
    with pytest.raises(KubeconfigError) as refusal:
        read(content, **arguments)
    assert words in str(refusal.value)
    assert "a-token" not in str(refusal.value), "an error is in the log"


def test_its_representation_shows_no_credentials() -> None:
    assert "a-token" not in repr(read(text()))
