"""The account: what has been made in it, by id, in a file that one operation at a time works on."""

import copy
import fcntl
import json
import os
import secrets
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plugins.tencentcloud.errors import CloudRefused

STATE = "TENCENTCLOUD_STAND_IN_STATE"
LETTERS = string.ascii_lowercase + string.digits

Properties = dict[str, Any]

# What every account has from its first day: a Default VPC, with a subnet in a zone.
NEW_ACCOUNT: dict[str, Properties] = {
    "vpc-default0": {"name": "Default-VPC", "cidrBlock": "172.19.0.0/16", "isDefault": True},
    "subnet-default0": {
        "name": "Default-Subnet",
        "vpcId": "vpc-default0",
        "cidrBlock": "172.19.0.0/20",
        "availabilityZone": "ap-hongkong-2",
        "isDefault": True,
    },
}


def state_file() -> Path:
    """Where the account is kept: the environment's, or beside the plugins."""
    home = os.environ.get("PULUMI_HOME") or "~/.pulumi"
    return Path(os.environ.get(STATE) or f"{home}/tencentcloud-stand-in.json").expanduser()


class Account:
    """What is there while an operation runs. Ids look like the cloud's: vpc-1a2b3c4d."""

    def __init__(self, things: dict[str, Properties]) -> None:
        self._things = things

    def add(self, prefix: str, properties: Mapping[str, Any]) -> str:
        """Makes a thing; its id."""
        made = f"{prefix}-{''.join(secrets.choice(LETTERS) for _ in range(8))}"
        self._things[made] = dict(properties)
        return made

    def get(self, thing: str) -> Properties | None:
        return self._things.get(thing)

    def need(self, thing: str, action: str, code: str) -> Properties:
        """A thing that an action names. Raises CloudRefused when it is not there."""
        found = self.get(thing)
        if found is None:
            raise CloudRefused(action, code, f"{thing} does not exist")
        return found

    def put(self, thing: str, properties: Mapping[str, Any]) -> None:
        self._things[thing] = dict(properties)

    def remove(self, thing: str) -> None:
        self._things.pop(thing, None)

    def all(self, prefix: str, **where: Any) -> dict[str, Properties]:
        """The things of this kind whose properties are these."""
        return {
            name: properties
            for name, properties in self._things.items()
            if name.startswith(f"{prefix}-")
            and all(properties.get(key) == value for key, value in where.items())
        }


@contextmanager
def account(file: Path) -> Iterator[Account]:
    """The account, for one operation: what it changed is kept when it succeeds, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        things = json.loads(file.read_text()) if file.exists() else copy.deepcopy(NEW_ACCOUNT)
        yield Account(things)
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(things, indent=1))
        new.replace(file)
