"""Size classes of deliveries: how many of each reach the listener at once, and the memory that takes.

The listener reads a whole body, answers 202, and only then copies it for Tekton's interceptors: what it holds
is bounded by a rate, and by nothing that looks at open requests alone. So its memory is the sum over SIZES of
the bodies that can be in work at once, and all of them at one of its pods.
"""

import math
from dataclasses import dataclass

# GitHub sends up to 25 MB, and nothing above.
BODY_MIB = 26
BODY_BYTES = BODY_MIB << 20
# Seconds after which the listener gives up a body: the deadline of its calls to the interceptors.
WORK_SECONDS = 5
# Memory of a listener for each byte of a body: it is read twice, parsed, and for each trigger written as
# JSON inside of JSON, which makes six bytes of a `<`. Such a body of 20 MiB took 626 MiB with one trigger.
READ_FACTOR, TRIGGER_FACTOR = 8, 24
LISTENER_MIB = 48  # of a listener without work


@dataclass(frozen=True, kw_only=True)
class BodySize:
    """Deliveries of one size, which share one allowance, whoever sends them."""

    name: str
    length: str
    """Regular expression for Content-Length; empty: any value, or none."""
    bytes: int
    """The most that such a body has."""
    per_period: int
    """Average number that go on to the listener in each period."""
    period_seconds: int
    burst: int
    """Burst: number that may go on at once."""
    open: int
    """Maximum under way at the edge, waiting ones included; more get 429."""

    @property
    def in_work(self) -> int:
        """Maximum number of bodies that the listeners work on."""
        return self.burst + self.per_period * WORK_SECONDS // self.period_seconds


SIZES = (
    # Nearly every push: a storm of tens passes at once, and a few hundred within a forge's patience.
    BodySize(
        name="small",
        length="^([0-9]{1,4}|[1-3][0-9]{4})$",
        bytes=39_999,
        per_period=50,
        period_seconds=1,
        burst=100,
        open=200,
    ),
    BodySize(
        name="medium",
        length="^[0-9]{1,6}$",
        bytes=999_999,
        per_period=1,
        period_seconds=1,
        burst=6,
        open=20,
    ),
    BodySize(name="large", length="", bytes=BODY_BYTES, per_period=1, period_seconds=5, burst=1, open=4),
)


def listener_mib(triggers: int) -> int:
    """Memory that a listener with so many triggers needs when all the edge lets through has come to it."""
    in_work = sum(size.in_work * size.bytes for size in SIZES)
    mib = LISTENER_MIB + in_work * (READ_FACTOR + triggers * TRIGGER_FACTOR) / (1 << 20)
    return math.ceil(mib / 64) * 64
