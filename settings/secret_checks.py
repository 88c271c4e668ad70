"""Checks of settings against the names of the stack's secrets, made while the settings are validated.

`Settings.model_validate(values, context=SecretChecks(...))` makes them. They note a mistake and do not raise:
a setting that lacks its secret is otherwise whole, and the checks after it still tell what else is wrong.
"""

from dataclasses import dataclass, field

from pydantic import ValidationInfo

# The secret that each user name has its password in.
PASSWORDS = {"registryUsername": "registryPassword", "gitUsername": "gitPassword"}


@dataclass(frozen=True, kw_only=True)
class SecretChecks:
    """The secrets that the stack has, and what is wrong with them."""

    encrypted: frozenset[str]
    """Keys of the encrypted ones."""
    clear: frozenset[str] = frozenset()
    """Keys of secrets that are not encrypted, which is a mistake of its own."""
    errors: list[str] = field(default_factory=list)
    """One sentence for each mistake, without secrets."""

    def check_login(self, user_key: str, username: str) -> None:
        """A user name and its password come together. `username` is empty for none."""
        password_key = PASSWORDS[user_key]
        if username and password_key not in self.encrypted | self.clear:
            self.errors.append(
                f"{password_key} is missing: {user_key} is {username!r}, so give its password with "
                f"`pulumi config set --secret {password_key}`"
            )
        if password_key in self.encrypted and not username:
            self.errors.append(
                f"{user_key} is missing: {password_key} is set, so give its user: "
                f"`pulumi config set {user_key} NAME`"
            )

    def check_no_registry_login(self, username: str) -> None:
        """The registry of `cluster.tcr` has no user name and no password of the stack's."""
        if username or "registryPassword" in self.encrypted:
            self.errors.append(
                "registryUsername and registryPassword are set, but cluster.tcr makes a login of its own: "
                "`pulumi config rm registryUsername` and `pulumi config rm registryPassword`"
            )

    def check_kubeconfig(self, path: str) -> None:
        """The kubeconfig is a file or a secret. `path` is empty for no file."""
        is_secret = "kubeconfig" in self.encrypted
        if bool(path) == is_secret:
            self.errors.append(
                "cluster.kubeconfig names a file and the secret `kubeconfig` is set too: keep one of them"
                if is_secret
                else "cluster.kubeconfig is missing: give the path of a kubeconfig, or its contents with "
                "`pulumi config set --secret kubeconfig`"
            )

    def check_oauth_client(self) -> None:
        """The OAuth application of the Dashboard's login has a secret."""
        if "dashboardClientSecret" not in self.encrypted:
            self.errors.append(
                "dashboardClientSecret is missing: dashboard.auth.kind is 'oauth2-proxy', so give its "
                "application's secret with `pulumi config set --secret dashboardClientSecret`"
            )


def of(info: ValidationInfo) -> SecretChecks | None:
    """The checks of a validation; None for one without secrets, as that of a stack's file alone."""
    return info.context if isinstance(info.context, SecretChecks) else None
