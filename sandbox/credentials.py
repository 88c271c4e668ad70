"""The sandbox's own accounts: passwords made once, read by every part that needs them."""

import json
import os
import secrets
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from sandbox.paths import Paths
from sandbox.private_file import write_private


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user name and its password; the password never shows in a representation."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Account(username={self.username!r})"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Who may use the registry and the forge."""

    registry: Account
    forge: Account
    status_token: str = field(default="", repr=False)
    """The forge's, for commit statuses; empty until the forge has made it."""

    @classmethod
    def load_or_create(cls, paths: Paths) -> Self:
        """Reads `<state>/credentials.json` (0600), or makes it with new random passwords.

        Raises ValueError, naming the file, when it is there but unreadable: passwords in use are never
        replaced silently.
        """
        file = paths.state / "credentials.json"
        if file.exists():
            return cls._read(file)
        made = cls(
            registry=Account(username="builder", password=secrets.token_urlsafe(24)),
            forge=Account(username="developer", password=secrets.token_urlsafe(24)),
        )
        paths.state.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            write_private(new, json.dumps(asdict(made), indent=2) + "\n")
            os.link(new, file)  # of two that come at once, one gets its way, and both read the same
        except FileExistsError:
            pass
        finally:
            new.unlink(missing_ok=True)
        return cls._read(file)

    def keep_status_token(self, paths: Paths, token: str) -> None:
        """Adds it to the file, in one step."""
        file = paths.state / "credentials.json"
        new = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
        write_private(new, json.dumps(asdict(replace(self, status_token=token)), indent=2) + "\n")
        new.replace(file)

    @classmethod
    def _read(cls, file: Path) -> Self:
        try:
            found = json.loads(file.read_text())
            return cls(
                registry=Account(**found["registry"]),
                forge=Account(**found["forge"]),
                status_token=found.get("status_token", ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{file} is damaged ({type(error).__name__}); run `make down` to start with new passwords"
            ) from None
