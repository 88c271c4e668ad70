"""The sandbox's forge: Gitea, with one user and one repository."""

import base64
import os
import secrets
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from sandbox.credentials import Account
from sandbox.gitea import Gitea, GiteaError
from sandbox.gitea_database import GiteaDatabase
from sandbox.private_file import write_private
from sandbox.waiting import wait_for

SCRIPT = Path(__file__).with_name("forge.sh")
NOBODY = 65534
REPOSITORY = "example"
BRANCH = "main"
READY_SECONDS = 90  # the first start makes the database; a busy machine of 2 cores needs about 20


@dataclass(frozen=True, kw_only=True)
class Forge:
    """Gitea's folders, its configuration and what is in it.

    `state`: the folder that holds all of it. `url`: where it listens. `program`: Gitea's binary; `static`:
    the folder with templates/, options/ and public/ of the same version, missing where the binary has them
    inside. `webhook_targets`: the only addresses that a webhook may call (CIDR).
    """

    state: Path
    url: str
    account: Account
    program: Path
    static: Path
    webhook_targets: str

    @property
    def clone_url(self) -> str:
        """The repository's HTTP address, without credentials."""
        return f"{self.url}/{self.account.username}/{REPOSITORY}.git"

    @property
    def api(self) -> Gitea:
        """Gitea's API, as the user."""
        return Gitea(self.url, (self.account.username, self.account.password))

    @property
    def database(self) -> GiteaDatabase:
        """What Gitea's API does not tell."""
        return GiteaDatabase(self._work / "gitea.db")

    @property
    def git_credentials(self) -> Path:
        """The user's credentials in the form of git-credential-store, mode 0600."""
        return self.state / "git-credentials"

    @property
    def run_script(self) -> str:
        """The script of the service: it becomes Gitea."""
        return f"#!/bin/sh\nexec 2>&1\nexec {shlex.join(self.command('web'))}\n"

    def command(self, *arguments: str) -> list[str]:
        """How to run Gitea with these arguments, as root, in the node."""
        return [
            "env",
            f"FORGE_STATE={self.state}",
            f"FORGE_PROGRAM={self.program}",
            f"FORGE_STATIC={self.static}",
            str(SCRIPT),
            *arguments,
        ]

    @property
    def _work(self) -> Path:
        return self.state / "work"

    def configure(self) -> None:
        """Writes everything Gitea reads at its start. Secrets that exist are kept."""
        for folder in (self._work, self._work / "tmp"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chown(folder, NOBODY, NOBODY)
        for name in ("secret_key", "internal_token", "jwt_secret"):
            file = self._work / name
            if not file.exists():
                secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=")
                write_private(file, secret.decode())
                os.chown(file, NOBODY, NOBODY)
        file = self._work / "app.ini"
        write_private(file, self._configuration())
        os.chown(file, NOBODY, NOBODY)

    def _configuration(self) -> str:
        address = urlsplit(self.url)
        work = "/srv/work"  # where forge.sh mounts it
        sections: dict[str, dict[str, object]] = {
            "": {
                "APP_NAME": "The sandbox's forge",
                "RUN_USER": "nobody",
                "RUN_MODE": "prod",
                "WORK_PATH": work,
            },
            "server": {
                "PROTOCOL": "http",
                "HTTP_ADDR": address.hostname,
                "HTTP_PORT": address.port,
                "ROOT_URL": f"{self.url}/",
                **({"STATIC_ROOT_PATH": "/srv/static"} if self.static.is_dir() else {}),
                "OFFLINE_MODE": "true",
                "DISABLE_SSH": "true",
            },
            "database": {"DB_TYPE": "sqlite3", "PATH": f"{work}/gitea.db", "LOG_SQL": "false"},
            "security": {
                "INSTALL_LOCK": "true",
                "SECRET_KEY_URI": f"file:{work}/secret_key",
                "INTERNAL_TOKEN_URI": f"file:{work}/internal_token",
            },
            # Not used, yet Gitea signs other things with this secret and would write one into this file.
            "oauth2": {"ENABLED": "false", "JWT_SECRET_URI": f"file:{work}/jwt_secret"},
            "service": {"DISABLE_REGISTRATION": "true"},
            # The default, a queue on disk, is looked at every 2 s only, and a push passes two. The price: an
            # event is lost when the forge is killed within the milliseconds before it is delivered.
            "queue": {"TYPE": "channel"},
            "webhook": {"ALLOWED_HOST_LIST": self.webhook_targets},
            "repository": {"ROOT": f"{work}/repositories", "DEFAULT_BRANCH": BRANCH},
            "log": {"MODE": "console", "LEVEL": "Info"},
            "session": {"PROVIDER": "memory"},
            "indexer": {"ISSUE_INDEXER_TYPE": "db"},
            "picture": {"DISABLE_GRAVATAR": "true"},
            "actions": {"ENABLED": "false"},
            "packages": {"ENABLED": "false"},
            "cron.update_checker": {"ENABLED": "false"},
        }
        return "\n".join(
            (f"[{section}]\n" if section else "")
            + "".join(f"{key} = {value}\n" for key, value in keys.items())
            for section, keys in sections.items()
        )

    def wait(self) -> None:
        """Returns when Gitea answers; raises TimeoutError with what was seen last."""
        wait_for(f"the forge at {self.url}", self._answers, seconds=READY_SECONDS)

    def _answers(self) -> bool | str:
        session = requests.Session()
        session.trust_env = False
        try:
            answer = session.get(f"{self.url}/api/healthz", timeout=5)
        except requests.RequestException as error:
            return type(error).__name__
        return answer.status_code == 200 or f"status {answer.status_code}"

    def ensure_user(self, run: Callable[[Sequence[str]], str]) -> None:
        """Makes the user with the account's password, or gives the user this password.

        `run` runs a command as root in the node and returns what it prints; it raises when that fails.
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
        if name not in run(self.command("admin", "user", "list")).split():
            run(
                self.command(
                    *(
                        "admin",
                        "user",
                        "create",
                        "--admin",
                        "--random-password",
                        "--must-change-password=false",
                    ),
                    *(
                        "--random-password-length",
                        "40",
                        "--username",
                        name,
                        "--email",
                        f"{name}@sandbox.invalid",
                    ),
                )
            )
        token_name = f"set-password-{secrets.token_hex(4)}"
        token = run(
            self.command(
                *("admin", "user", "generate-access-token", "--raw", "--scopes", "write:admin"),
                *("--username", name, "--token-name", token_name),
            )
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

    def ensure_repository(self) -> None:
        """Makes the repository, empty, when there is none."""
        if self.api.find(f"repos/{self.account.username}/{REPOSITORY}") is None:
            self.api.post(
                "user/repos",
                {"name": REPOSITORY, "private": True, "default_branch": BRANCH, "auto_init": False},
            )
