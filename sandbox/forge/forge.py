"""The sandbox's forge: Gitea, with one user and one repository."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from forges.gitea import Gitea, GiteaError
from sandbox.credentials import Account, Credentials
from sandbox.forge.database import GiteaDatabase
from sandbox.forge.ssh_key import SshKey
from sandbox.network import SSH_PORT, Network
from toolkit.files import write_private
from toolkit.http import probe
from toolkit.paths import Paths
from toolkit.polling import wait_for

REPOSITORY = "example"
BRANCH = "main"
SSH_USER, HOST_KEY = "git", "ssh_host_ed25519_key"
READY_SECONDS = 90  # the first start makes the database; a busy machine of 2 cores needs about 20


@dataclass(frozen=True, kw_only=True)
class Forge:
    """The forge as its users see it. `state`: the folder that holds all it has. `url`: where it listens."""

    state: Path
    url: str
    account: Account

    @classmethod
    def of(cls, paths: Paths, network: Network, credentials: Credentials) -> Self:
        """The forge of one sandbox."""
        return cls(state=paths.state.resolve() / "forge", url=network.forge, account=credentials.forge)

    @property
    def clone_url(self) -> str:
        """The repository's HTTP address, without credentials."""
        return f"{self.url}/{self.account.username}/{REPOSITORY}.git"

    @property
    def ssh_url(self) -> str:
        """The repository's SSH address."""
        host = urlsplit(self.url).hostname
        return f"ssh://{SSH_USER}@{host}:{SSH_PORT}/{self.account.username}/{REPOSITORY}.git"

    @property
    def known_hosts(self) -> str:
        """The line of a file known_hosts that knows the server behind `ssh_url`."""
        key = SshKey.read((self.work / HOST_KEY).read_text())
        return f"[{urlsplit(self.url).hostname}]:{SSH_PORT} {key.public}\n"

    @property
    def api(self) -> Gitea:
        """Gitea's API, as the user."""
        return Gitea(self.url, (self.account.username, self.account.password))

    @property
    def database(self) -> GiteaDatabase:
        """Gitea's database, for what its API does not show."""
        return GiteaDatabase(self.work / "gitea.db")

    @property
    def git_credentials(self) -> Path:
        """The user's credentials in the form of git-credential-store, mode 0600."""
        return self.state / "git-credentials"

    @property
    def work(self) -> Path:
        """The folder that Gitea itself works in."""
        return self.state / "work"

    def wait(self, seconds: float = READY_SECONDS) -> None:
        """Returns when Gitea answers; raises TimeoutError with what was seen last."""
        wait_for(f"the forge at {self.url}", self._answers, seconds=seconds)

    def _answers(self) -> bool | str:
        answer = probe(f"{self.url}/api/healthz")
        return answer == 200 or (answer if isinstance(answer, str) else f"status {answer}")

    def ensure_user(self, gitea: Callable[..., str]) -> None:
        """Makes the user with the account's password, or gives the user this password.

        `gitea` runs Gitea's command with the given arguments and returns what it prints; it raises when that
        fails.
        """
        try:
            self.api.get("user")
        except GiteaError as error:
            if error.status != 401:
                raise
        else:
            return self._write_git_credentials()
        # Gitea's command takes a password as an argument only, where every process of the machine could read
        # it. So the user gets a random one that nobody learns, and a token until the real one is set.
        name = self.account.username
        if name not in gitea("admin", "user", "list").split():
            gitea(
                *("admin", "user", "create", "--admin", "--random-password", "--must-change-password=false"),
                *("--random-password-length", "40", "--username", name, "--email", f"{name}@sandbox.invalid"),
            )
        token_name = f"set-password-{secrets.token_hex(4)}"
        token = gitea(
            *("admin", "user", "generate-access-token", "--raw", "--scopes", "write:admin"),
            *("--username", name, "--token-name", token_name),
        ).split()[-1]
        Gitea(self.url, token).patch(
            f"admin/users/{name}",
            {
                "login_name": name,
                "source_id": 0,
                "password": self.account.password,
                "must_change_password": False,
            },
        )
        self.api.delete(f"users/{name}/tokens/{token_name}")
        return self._write_git_credentials()

    def _write_git_credentials(self) -> None:
        address = urlsplit(self.url)
        line = f"{address.scheme}://{self.account.username}:{self.account.password}@{address.netloc}\n"
        write_private(self.git_credentials, line)

    def status_token(self, token: str) -> str:
        """A token for commit statuses: `token` if it still works, else a new one.

        Gitea has no right for statuses alone: the smallest that includes them is to write repositories.
        """
        if token and self._accepts(token):
            return token
        name = "commit-status"
        tokens = f"users/{self.account.username}/tokens"
        if any(entry["name"] == name for entry in self.api.get(tokens)):
            self.api.delete(f"{tokens}/{name}")
        return str(self.api.post(tokens, {"name": name, "scopes": ["write:repository"]})["sha1"])

    def _accepts(self, token: str) -> bool:
        try:
            Gitea(self.url, token).get(f"repos/{self.account.username}/{REPOSITORY}")
        except GiteaError as error:
            if error.status not in {401, 403}:
                raise
            return False
        return True

    def ensure_repository(self) -> None:
        """Makes the repository, empty, when there is none."""
        if self.api.find(f"repos/{self.account.username}/{REPOSITORY}") is None:
            self.api.post(
                "user/repos",
                {"name": REPOSITORY, "private": True, "default_branch": BRANCH, "auto_init": False},
            )
