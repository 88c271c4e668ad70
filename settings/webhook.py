"""The webhook's secret, and how it is changed."""

from typing import Annotated

from pydantic import Field, model_validator

from settings.types import Model


class Webhook(Model):
    secret_version: Annotated[int, Field(ge=1, le=10000)] = Field(
        default=1, description="number of the webhook's secret; another number is another secret"
    )
    accept_previous: bool = Field(
        default=False, description="true: pushes that are signed with the previous secret are accepted too"
    )

    @model_validator(mode="after")
    def _check_accepted_secrets(self) -> "Webhook":
        if self.accept_previous and self.secret_version == 1:
            raise ValueError(
                "must have a secretVersion above 1 with acceptPrevious: there is none before the first"
            )
        return self

    @property
    def versions(self) -> list[int]:
        """Those that are taken, the present one first."""
        return [self.secret_version, *([self.secret_version - 1] if self.accept_previous else [])]
