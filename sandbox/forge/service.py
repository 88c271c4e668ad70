"""Gitea as a service of the node: its configuration, and how it is run."""

import base64
import os
import secrets
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.forge.forge import BRANCH, HOST_KEY, SSH_USER, Forge
from sandbox.forge.ssh_key import SshKey
from sandbox.network import SSH_PORT
from sandbox.node.services import Services
from toolkit.files import write_private

NAME = "forge"
SCRIPT = Path(__file__).with_name("forge.sh")
NOBODY = 65534


@dataclass(frozen=True, kw_only=True)
class ForgeService:
    """Gitea for `forge`.

    `program`: Gitea's binary; `static`: the folder with templates/, options/ and public/ of the same version,
    missing where the binary has them inside. `webhook_targets`: all that a webhook may call (CIDR).
    """

    forge: Forge
    program: Path
    static: Path
    webhook_targets: str

    @property
    def run_script(self) -> str:
        """The script of the service: it becomes Gitea."""
        return f"#!/bin/sh\nexec 2>&1\nexec {shlex.join(self.command('web'))}\n"

    def command(self, *arguments: str) -> list[str]:
        """The command that runs Gitea with these arguments, as root, in the node."""
        return [
            "env",
            f"FORGE_STATE={self.forge.state}",
            f"FORGE_PROGRAM={self.program}",
            f"FORGE_STATIC={self.static}",
            str(SCRIPT),
            *arguments,
        ]

    def configure(self) -> bool:
        """Writes all that Gitea reads at its start, but keeps its secrets; True when that is a change."""
        for folder in (self.forge.work, self.forge.work / "tmp"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chown(folder, NOBODY, NOBODY)
        for name in ("secret_key", "internal_token", "jwt_secret", "lfs_jwt_secret"):
            file = self.forge.work / name
            if not file.exists():
                secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=")
                write_private(file, secret.decode())
                os.chown(file, NOBODY, NOBODY)
        host_key = self.forge.work / HOST_KEY
        if not host_key.exists():  # Gitea would make one of RSA, which takes seconds
            write_private(host_key, SshKey.generate().private)
            os.chown(host_key, NOBODY, NOBODY)
        file = self.forge.work / "app.ini"
        text = self._configuration()
        if file.exists() and file.read_text() == text:
            return False
        write_private(file, text)
        os.chown(file, NOBODY, NOBODY)
        return True

    def start(self, services: Services) -> None:
        """Gitea runs as configured when this returns, or a TimeoutError says what was seen last."""
        is_new_configuration = self.configure()
        if services.add(NAME, self.run_script) or is_new_configuration:
            services.restart(NAME)
        self.forge.wait()

    def _configuration(self) -> str:
        address = urlsplit(self.forge.url)
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
                "ROOT_URL": f"{self.forge.url}/",
                **({"STATIC_ROOT_PATH": "/srv/static"} if self.static.is_dir() else {}),
                "OFFLINE_MODE": "true",
                # Gitea's own server: it needs neither sshd nor a user of this machine.
                "DISABLE_SSH": "false",
                "START_SSH_SERVER": "true",
                "BUILTIN_SSH_SERVER_USER": SSH_USER,
                "SSH_DOMAIN": address.hostname,
                "SSH_LISTEN_HOST": address.hostname,
                "SSH_PORT": SSH_PORT,
                "SSH_LISTEN_PORT": SSH_PORT,
                "SSH_SERVER_HOST_KEYS": f"{work}/{HOST_KEY}",
                "LFS_START_SERVER": "true",
                "LFS_JWT_SECRET_URI": f"file:{work}/lfs_jwt_secret",
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
            "lfs": {"PATH": f"{work}/lfs"},
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
