"""The sandbox's own accounts: passwords made once, read by every part that needs them."""

import json
import os
import secrets
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from toolkit.files import write_private
from toolkit.paths import Paths


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user name and its password; the password never shows in a representation."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Account(username={self.username!r})"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Accounts of the registry and the forge."""

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
        credentials = cls(
            registry=Account(username="builder", password=secrets.token_urlsafe(24)),
            forge=Account(username="developer", password=secrets.token_urlsafe(24)),
        )
        paths.state.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            write_private(temporary, json.dumps(asdict(credentials), indent=2) + "\n")
            os.link(temporary, file)  # of two that come at once, one gets its way, and both read the same
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
        return cls._read(file)

    def keep_status_token(self, paths: Paths, token: str) -> None:
        """Adds it to the file, in one step."""
        file = paths.state / "credentials.json"
        write_private(file, json.dumps(asdict(replace(self, status_token=token)), indent=2) + "\n")

    @classmethod
    def _read(cls, file: Path) -> Self:
        try:
            content = json.loads(file.read_text())
            return cls(
                registry=Account(**content["registry"]),
                forge=Account(**content["forge"]),
                status_token=content.get("status_token", ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{file} is damaged ({type(error).__name__}); run `make down` to start with new passwords"
            ) from None
