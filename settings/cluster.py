"""Which cluster everything goes into."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from settings import secret_checks
from settings.tke import Tke
from settings.types import ADOPT, Model


class Existing(Model):
    """A cluster that somebody else made."""

    kind: Literal["existing"] = Field(description="existing: a cluster that a kubeconfig leads to")
    kubeconfig: str = Field(
        default="",
        validate_default=True,
        description="path of the kubeconfig, relative to the project; empty: the secret `kubeconfig` has it",
    )
    context: str = Field(default="", description="context of the kubeconfig; empty: its current one")
    adopt: bool = ADOPT

    @field_validator("kubeconfig")
    @classmethod
    def _check_kubeconfig(cls, path: str, info: ValidationInfo) -> str:
        if checks := secret_checks.of(info):
            checks.check_kubeconfig(path)
        return path


Cluster = Annotated[Existing | Tke, Field(discriminator="kind")]
