"""Settings of runs: concurrency, timeout and history."""

from typing import Annotated

from pydantic import Field

from settings.types import Model

# runs.historyLimit of a stack that does not set it: a cluster of TKE holds few objects of each kind.
HISTORY_LIMIT = {"existing": 50, "tke": 10}


class Runs(Model):
    cancel_superseded: bool = Field(
        default=True, description="a newer push to a branch cancels the run of the older one"
    )
    concurrency_limit: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=0,
        description="most runs that build at the same time, the others wait their turn; 0: no limit",
    )
    history_limit: Annotated[int, Field(ge=1, le=10000)] | None = Field(
        default=None,
        description="finished runs of a repository that are kept; null: 50, and 10 on TKE",
    )
    history_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=14, description="days after which a finished run is deleted"
    )
    timeout_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=60, description="minutes after which a run is ended"
    )
    volume_gib: Annotated[int, Field(ge=1, le=32000)] = Field(
        default=10, description="size of a run's volume, in GiB; on TKE a multiple of 10"
    )
