"""The account: what has been made in it, by id, in a file that one operation at a time works on."""

import copy
import fcntl
import json
import os
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plugins.tencentcloud.errors import CloudRefused, Refused

STATE = "TENCENTCLOUD_STAND_IN_STATE"
LETTERS = string.ascii_lowercase + string.digits
SWITCHES = "model"  # among the things: how this account behaves, and the time on its clock
GONE = "gone"  # the minute at which something that was deleted is no longer there

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
    """What is there while an operation runs. Ids look like the cloud's: vpc-1a2b3c4d.

    Switches say how the account differs from a new one that does everything at once:
    `lingering`: minutes for which what was deleted is still in use; an operation takes a minute then.
    `refusals`: pairs of an action and a code with which the action's next call is refused.
    `clusters`: the most clusters that there may be. `defaultDomain`: see endpoint.py.
    """

    def __init__(self, things: dict[str, Properties]) -> None:
        self._things = things
        self.pass_minute()
        self.kept = copy.deepcopy(things)
        """What stays when the operation fails: what was there before, and what its calls have done."""

    @property
    def switches(self) -> Properties:
        return self._things.get(SWITCHES, {})

    def switch(self, **switches: Any) -> None:
        self._things[SWITCHES] = {**self.switches, **switches}

    def call(self, action: str) -> None:
        """An action of the API is called, and done: what follows it in the operation does not undo it.

        Raises CloudRefused when the account is told to refuse the call; then it is not done.
        """
        refusals = [list(pair) for pair in self.switches.get("refusals", [])]
        refused = next((pair for pair in refusals if pair[0] == action), None)
        if refused:
            self.switch(refusals=[pair for pair in refusals if pair is not refused])
            self.kept[SWITCHES] = dict(self.switches)
            raise CloudRefused(action, refused[1], "refused because the account's `refusals` say so")
        self.kept = copy.deepcopy(self._things)

    def add(self, prefix: str, properties: Mapping[str, Any]) -> str:
        """Makes a thing; its id."""
        made = f"{prefix}-{''.join(secrets.choice(LETTERS) for _ in range(8))}"
        self._things[made] = dict(properties)
        return made

    def get(self, thing: str) -> Properties | None:
        found = self._things.get(thing)
        return None if found is None or GONE in found else found

    def need(self, thing: str, action: str, code: str) -> Properties:
        """A thing that an action names. Raises CloudRefused when it is not there."""
        found = self.get(thing)
        if found is None:
            raise CloudRefused(action, code, f"{thing} does not exist")
        return found

    def put(self, thing: str, properties: Mapping[str, Any]) -> None:
        self._things[thing] = dict(properties)

    def remove(self, thing: str) -> None:
        """Deletes a thing, which lingers for as long as the account's switch says."""
        lingering = self.switches.get("lingering", 0)
        if lingering and (found := self.get(thing)) is not None:
            self.put(thing, {**found, GONE: self.switches.get("minute", 0) + lingering})
        elif not lingering:
            self._things.pop(thing, None)

    def all(self, prefix: str, *, lingering: bool = False, **where: Any) -> dict[str, Properties]:
        """The things of this kind whose properties are these; on demand also those that linger."""
        return {
            name: properties
            for name, properties in self._things.items()
            if name.startswith(f"{prefix}-")
            and (lingering or GONE not in properties)
            and all(properties.get(key) == value for key, value in where.items())
        }

    def having(self, key: str) -> dict[str, Properties]:
        """The things of any kind that have this property, without those that linger."""
        return {
            name: properties
            for name, properties in self._things.items()
            if key in properties and GONE not in properties
        }

    def pass_minute(self) -> None:
        """A minute passes, when something waits for it."""
        if any(GONE in properties for properties in self._things.values()):
            minute = self.switches.get("minute", 0) + 1
            self.switch(minute=minute)
            for name, properties in list(self._things.items()):
                if properties.get(GONE, minute + 1) <= minute:
                    del self._things[name]

    def wait(self, minutes: int, users: Callable[[], list[str]]) -> list[str]:
        """Who uses a thing after the time for which the provider waits for them to go. Empty: nobody."""
        for _ in range(minutes):
            if not users():
                break
            self.pass_minute()
        self.kept = copy.deepcopy(self._things)
        return users()


@contextmanager
def account(file: Path) -> Iterator[Account]:
    """The account, for one operation: what it changed is kept, or what its calls have done when it fails."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        things = json.loads(file.read_text()) if file.exists() else copy.deepcopy(NEW_ACCOUNT)
        there = Account(things)
        try:
            yield there
        except Refused:
            _write(file, there.kept)
            raise
        _write(file, things)


def _write(file: Path, things: Mapping[str, Properties]) -> None:
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(things, indent=1))
    new.replace(file)
