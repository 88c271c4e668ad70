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

from plugins.tencentcloud.errors import CloudError, RefusedError

STATE = "TENCENTCLOUD_STAND_IN_STATE"
LETTERS = string.ascii_lowercase + string.digits
SWITCHES = "model"  # among the resources: how this account behaves, and the time on its clock
DELETION_MINUTE = "gone"  # the minute at which something that was deleted is no longer there

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
    """The file of the account: the environment's, or one beside the plugins."""
    home = os.environ.get("PULUMI_HOME") or "~/.pulumi"
    return Path(os.environ.get(STATE) or f"{home}/tencentcloud-stand-in.json").expanduser()


class Account:
    """The resources of an account during one operation. Ids look like the cloud's: vpc-1a2b3c4d.

    Switches say how the account differs from a new one that does everything at once:
    `lingering`: minutes for which what was deleted is still in use; an operation takes a minute then.
    `refusals`: pairs of an action and a code with which the action's next call is refused.
    `clusters`: the most clusters that there may be. `defaultDomain`: see endpoint.py.
    """

    def __init__(self, resources: dict[str, Properties]) -> None:
        self._resources = resources
        self.pass_minute()
        self.committed = copy.deepcopy(resources)
        """Things that stay when the operation fails: as before, with the effect of its finished calls."""

    @property
    def switches(self) -> Properties:
        return self._resources.get(SWITCHES, {})

    def switch(self, **switches: Any) -> None:
        self._resources[SWITCHES] = {**self.switches, **switches}

    def call(self, action: str) -> None:
        """An action of the API is called, and done: what follows it in the operation does not undo it.

        Raises CloudError when the account's switches refuse the call; then it is not done.
        """
        refusals = [list(pair) for pair in self.switches.get("refusals", [])]
        refusal = next((pair for pair in refusals if pair[0] == action), None)
        if refusal:
            self.switch(refusals=[pair for pair in refusals if pair is not refusal])
            self.committed[SWITCHES] = dict(self.switches)
            raise CloudError(action, refusal[1], "refused because the account's `refusals` say so")
        self.committed = copy.deepcopy(self._resources)

    def add(self, prefix: str, properties: Mapping[str, Any]) -> str:
        """Makes a resource; its id."""
        identity = f"{prefix}-{''.join(secrets.choice(LETTERS) for _ in range(8))}"
        self._resources[identity] = dict(properties)
        return identity

    def get(self, identity: str) -> Properties | None:
        properties = self._resources.get(identity)
        return None if properties is None or DELETION_MINUTE in properties else properties

    def need(self, identity: str, action: str, code: str) -> Properties:
        """A resource that an action names. Raises CloudError when it is not there."""
        properties = self.get(identity)
        if properties is None:
            raise CloudError(action, code, f"{identity} does not exist")
        return properties

    def put(self, identity: str, properties: Mapping[str, Any]) -> None:
        self._resources[identity] = dict(properties)

    def remove(self, identity: str) -> None:
        """Deletes a resource, which lingers for as long as the account's switch says."""
        lingering = self.switches.get("lingering", 0)
        if lingering and (properties := self.get(identity)) is not None:
            self.put(identity, {**properties, DELETION_MINUTE: self.switches.get("minute", 0) + lingering})
        elif not lingering:
            self._resources.pop(identity, None)

    def all(self, prefix: str, *, lingering: bool = False, **filters: Any) -> dict[str, Properties]:
        """The resources of this kind whose properties are these; on demand also those that linger."""
        return {
            name: properties
            for name, properties in self._resources.items()
            if name.startswith(f"{prefix}-")
            and (lingering or DELETION_MINUTE not in properties)
            and all(properties.get(key) == value for key, value in filters.items())
        }

    def having(self, key: str) -> dict[str, Properties]:
        """The resources of any kind that have this property, without those that linger."""
        return {
            name: properties
            for name, properties in self._resources.items()
            if key in properties and DELETION_MINUTE not in properties
        }

    def pass_minute(self) -> None:
        """A minute passes, when something waits for it."""
        if any(DELETION_MINUTE in properties for properties in self._resources.values()):
            minute = self.switches.get("minute", 0) + 1
            self.switch(minute=minute)
            for name, properties in list(self._resources.items()):
                if properties.get(DELETION_MINUTE, minute + 1) <= minute:
                    del self._resources[name]

    def wait(self, minutes: int, users: Callable[[], list[str]]) -> list[str]:
        """Users of a resource after the time for which the provider waits for them to go; empty when none."""
        for _ in range(minutes):
            if not users():
                break
            self.pass_minute()
        self.committed = copy.deepcopy(self._resources)
        return users()


@contextmanager
def account(file: Path) -> Iterator[Account]:
    """The account, for one operation: what it changed is kept, or what its calls have done when it fails."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        resources = json.loads(file.read_text()) if file.exists() else copy.deepcopy(NEW_ACCOUNT)
        cloud_account = Account(resources)
        try:
            yield cloud_account
        except RefusedError:
            _write(file, cloud_account.committed)
            raise
        _write(file, resources)


def _write(file: Path, resources: Mapping[str, Properties]) -> None:
    temporary = file.with_suffix(".new")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(resources, indent=1))
    temporary.replace(file)
