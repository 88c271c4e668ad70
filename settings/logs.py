"""Logs of a TKE cluster that go to Tencent Cloud's log service (CLS)."""

from typing import Annotated

from pydantic import Field

from settings.types import Model


class Logs(Model):
    """Which logs are kept. Nothing is by default: whatever is kept is billed."""

    builds: bool = Field(default=False, description="true: what builds print is kept")
    events: bool = Field(default=False, description="true: the cluster's events are kept")
    audit: bool = Field(default=False, description="true: what the API server is asked, and by whom, is kept")
    days: Annotated[int, Field(ge=1, le=3600)] = Field(default=30, description="days that logs are kept")

    @property
    def kinds(self) -> list[str]:
        """Names of the logs that are kept."""
        return [kind for kind in ("builds", "events", "audit") if getattr(self, kind)]

    @property
    def needs_agent(self) -> bool:
        """True when an agent runs on the nodes; the audit log brings it along."""
        return self.builds or self.audit
