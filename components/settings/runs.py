"""How builds run, and what is kept of them."""

from typing import Annotated

from pydantic import Field

from components.settings.types import Model

# What runs.keep is where nobody says it. A cluster of TKE holds so many objects of each kind, and no more.
KEEP = {"existing": 50, "tke": 10}


class Runs(Model):
    cancel_superseded: bool = Field(
        default=True, description="a newer push to a branch cancels the run of the older one"
    )
    concurrent: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=0, description="runs that build at once, the others wait their turn; 0: as many as fit"
    )
    keep: Annotated[int, Field(ge=1, le=10000)] | None = Field(
        default=None,
        description="runs of a repository that are kept once they are done; null: 50, and 10 on TKE",
    )
    keep_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=14, description="days that a run is kept at most once it is done"
    )
    timeout_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=60, description="minutes after which a run is ended"
    )
    volume_gib: Annotated[int, Field(ge=1, le=32000)] = Field(
        default=10, description="GiB of a run's volume; TKE's disks come in multiples of 10"
    )
