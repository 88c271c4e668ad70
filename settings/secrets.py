"""The stack's secrets: top-level keys, read as secret outputs and never as text.

`Config.require` and `require_object` give a secret's plain text without a word, and so it would reach the
state: that is why no secret stands inside a structured setting. The CLI's own `secret: true` cannot be used
in Pulumi.yaml, because it makes a key mandatory: it takes no default, and these are all optional.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi.runtime import is_config_secret

from forges.clone_urls import OwnLogins
from settings import own_logins, raw_config
from settings.secret_checks import PASSWORDS, SecretChecks
from settings.secret_texts import CONTROL, one_line, private_key

KEYS = (
    "kubeconfig",
    "registryPassword",
    "gitPassword",
    "gitSshKey",
    "statusToken",
    "dashboardClientSecret",
    "cloudSecretId",
    "cloudSecretKey",
)
# What is no line of text, or nothing that the program itself reads.
TEXTS = tuple(key for key in KEYS if key not in {"kubeconfig", "gitSshKey"})


@dataclass(frozen=True, kw_only=True)
class BasicAuthCredentials:
    """A user name and its password."""

    username: str
    password: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class BuildCredentials:
    """Credentials for the registry and the Git host; a field is None when the stack has none."""

    registry: BasicAuthCredentials | None
    git: BasicAuthCredentials | None
    """At the git server, over HTTP."""
    ssh_key: pulumi.Output[str] | None
    """A private key, for the git server over SSH."""
    status_token: pulumi.Output[str] | None
    """At the forge's API, for commit statuses."""
    own_git: Mapping[str, BasicAuthCredentials] = field(default_factory=dict)
    """Over HTTP, of single repositories, by their full names."""
    own_ssh_keys: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Keys of single repositories."""
    registry_passwords: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Passwords of `builder.registries`, by their `secret_name`."""

    @property
    def own(self) -> OwnLogins:
        """The repositories with a login of their own."""
        return OwnLogins(http=frozenset(self.own_git), ssh=frozenset(self.own_ssh_keys))


@dataclass(frozen=True, kw_only=True)
class CloudCredentials:
    """An API key of a Tencent Cloud account."""

    secret_id: pulumi.Output[str]
    secret_key: pulumi.Output[str]
    token: pulumi.Output[str] | None
    """Token of a temporary key."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """The stack's encrypted values; None for a missing one."""

    kubeconfig: str | None = field(repr=False)
    """A kubeconfig's contents, when `cluster.kubeconfig` names no file: in the clear, as the cluster is
    asked with it before anything is registered, and what goes to the engine is made secret again."""
    logins: BuildCredentials
    dashboard: pulumi.Output[str] | None
    """The secret of the OAuth application that asks who may see the Dashboard."""
    cloud: CloudCredentials | None
    """From the environment, as the provider names them, or else the stack's."""

    @classmethod
    def load(cls) -> "Secrets":
        """The secrets of the stack that runs; `Settings.load` has checked that they are whole."""
        return cls(
            kubeconfig=pulumi.Config().require("kubeconfig") if has("kubeconfig") else None,
            logins=BuildCredentials(
                registry=_login("registryUsername"),
                git=_login("gitUsername"),
                ssh_key=_ssh_key(),
                status_token=_secret("statusToken"),
                own_git={
                    name: BasicAuthCredentials(username=own_logins.username(name), password=password)
                    for name, password in own_logins.read(own_logins.PASSWORD).items()
                },
                own_ssh_keys=own_logins.read(own_logins.SSH_KEY),
                registry_passwords=own_logins.read(own_logins.REGISTRY),
            ),
            dashboard=_secret("dashboardClientSecret"),
            cloud=_cloud(),
        )


def plain_keys() -> list[str]:
    """The stack's keys that are no secrets and no logins of single repositories."""
    return [key for key in raw_config.list_keys() if key not in KEYS and not own_logins.is_own(key)]


def checks() -> SecretChecks:
    """The context in which the settings are validated."""
    config = pulumi.Config()
    encrypted = frozenset(filter(has, KEYS))
    return SecretChecks(
        encrypted=encrypted,
        clear=frozenset(key for key in KEYS if key not in encrypted and config.get(key)),
    )


def config_errors() -> list[str]:
    """Errors in the secrets themselves, whatever the settings are; one sentence each, without secrets."""
    present = checks()
    errors = [
        f"{key} is not encrypted: set it with `pulumi config set --secret {key}`"
        for key in KEYS
        if key in present.clear
    ]
    errors += _text_mistakes()
    if has("cloudSecretId") != has("cloudSecretKey"):
        missing = "cloudSecretKey" if has("cloudSecretId") else "cloudSecretId"
        errors.append(
            f"{missing} is missing: the two go together; set it with `pulumi config set --secret {missing}`"
        )
    return errors


def warnings() -> list[str]:
    """Warnings about likely mistakes; one sentence each, without secrets."""
    keys = [*filter(has, TEXTS), *own_logins.passwords()]
    texts = {key: pulumi.Config().get(key) or "" for key in keys}
    return [
        f"{key} begins or ends with a blank, which is taken as a part of it: if it is none, set it again "
        f"with `pulumi config set --secret {key}`"
        for key, text in texts.items()
        if text.strip("\r\n") != text.strip()
    ]


def _text_mistakes() -> list[str]:
    config = pulumi.Config()
    return [
        f"{key} has a line end or another control character in it, but must be one line of text: set it "
        f"again with `pulumi config set --secret {key}`"
        for key in TEXTS
        if has(key) and CONTROL.search(one_line(config.get(key) or ""))
    ]


def _ssh_key() -> pulumi.Output[str] | None:
    key = pulumi.Config().require_secret("gitSshKey") if has("gitSshKey") else None
    return None if key is None else key.apply(private_key)


def _secret(key: str) -> pulumi.Output[str] | None:
    return pulumi.Config().require_secret(key).apply(one_line) if has(key) else None


def _cloud() -> CloudCredentials | None:
    values = [
        os.environ.get(f"TENCENTCLOUD_{name}") for name in ("SECRET_ID", "SECRET_KEY", "SECURITY_TOKEN")
    ]
    if values[0] and values[1]:
        key_id, key, token = (pulumi.Output.secret(text) if text else None for text in values)
    else:
        key_id, key, token = _secret("cloudSecretId"), _secret("cloudSecretKey"), None
    return CloudCredentials(secret_id=key_id, secret_key=key, token=token) if key_id and key else None


def _login(user_key: str) -> BasicAuthCredentials | None:
    password = _secret(PASSWORDS[user_key])
    return (
        None
        if password is None
        else BasicAuthCredentials(username=pulumi.Config().require(user_key), password=password)
    )


def has(key: str) -> bool:
    """True when the stack holds this secret, encrypted."""
    return is_config_secret(f"{pulumi.get_project()}:{key}")
