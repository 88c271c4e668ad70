"""Tekton's Dashboard and who may see it."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from settings import secret_checks
from settings.ingress import HostName, Tls
from settings.types import Model, matches, non_empty


class BasicAuth(Model):
    """One user with a generated password, whom oauth2-proxy lets in."""

    kind: Literal["basic"] = Field(description="basic: one user with a generated password")
    username: Annotated[str, matches(r"[A-Za-z0-9._-]{1,64}", "1 to 64 letters, digits and . _ -")] = Field(
        default="admin", description="name of the one user; the password is generated"
    )


class OAuth2Proxy(Model):
    """A login at GitHub or an OpenID provider, through oauth2-proxy."""

    kind: Literal["oauth2-proxy"] = Field(
        description="oauth2-proxy: accounts at GitHub or at an OpenID provider"
    )
    provider: Literal["github", "oidc"] = Field(
        default="github", description="where the users have their accounts"
    )
    client_id: Annotated[str, matches(r"\S+", "the id of the OAuth application, without spaces")] = Field(
        description="id of the OAuth application; its secret is `dashboardClientSecret`"
    )
    github_org: Annotated[str, matches(r"|[A-Za-z0-9-]+", "the name of a GitHub organisation")] = Field(
        default="", description="the GitHub organisation whose members may log in"
    )
    issuer: Annotated[str, matches(r"|https://\S+", "empty, or an https:// URL")] = Field(
        default="", description="URL of the OpenID provider"
    )
    email_domains: Annotated[
        tuple[Annotated[str, matches(r"\*|[a-z0-9.-]+", "a domain in lower case, or *")], ...],
        Field(strict=False),
    ] = Field(default=(), description="mail domains whose users may log in; ['*']: all the provider knows")

    @model_validator(mode="after")
    def _check_login(self) -> "OAuth2Proxy":
        if self.provider == "github" and not (self.github_org or self.email_domains):
            raise ValueError(
                "must have githubOrg or emailDomains: everybody in the world has an account at GitHub"
            )
        if self.provider == "github" and self.issuer:
            raise ValueError("must have no issuer with provider github")
        if self.provider == "oidc" and self.github_org:
            raise ValueError("must have no githubOrg with provider oidc")
        if self.provider == "oidc" and not self.issuer:
            raise ValueError("must have an issuer with provider oidc")
        if self.provider == "oidc":
            non_empty(self.email_domains)
        return self


class NoLogin(Model):
    """Nobody is asked."""

    kind: Literal["none"] = Field(description="none: no login; whoever reaches the Dashboard sees it")


class Dashboard(Model):
    enabled: bool = Field(default=True, description="false: no Dashboard")
    read_only: bool = Field(default=True, description="false: its users may start and delete runs")
    host: HostName = Field(default="tekton.k8s.local", description="host name at which it answers")
    tls: Tls | None = Field(default=None, description="the host's certificate: {secretName, clusterIssuer}")
    auth: Annotated[BasicAuth | OAuth2Proxy | NoLogin, Field(discriminator="kind")] = Field(
        default=BasicAuth(kind="basic"), description="who may see it: {kind: basic, oauth2-proxy or none}"
    )

    @field_validator("auth")
    @classmethod
    def _check_client_secret(
        cls, auth: BasicAuth | OAuth2Proxy | NoLogin, info: ValidationInfo
    ) -> BasicAuth | OAuth2Proxy | NoLogin:
        checks = secret_checks.of(info)
        if checks and isinstance(auth, OAuth2Proxy) and info.data.get("enabled", True):
            checks.check_oauth_client()
        return auth

    @model_validator(mode="after")
    def _check_login(self) -> "Dashboard":
        if not self.host:
            raise ValueError("must have a host: the other paths of the load balancer's address are nobody's")
        return self
