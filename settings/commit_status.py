"""Commit statuses: the report of a build at the forge."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from settings.builds import Repository
from settings.types import Model, api_url


class CommitStatus(Model):
    api: Annotated[str, AfterValidator(api_url)] = Field(
        default="https://api.github.com",
        description="base of the forge's API: https://HOST/api/v3 for GitHub Enterprise, "
        "https://HOST/api/v1 for Gitea",
    )

    def knows(self, repository: Repository) -> bool:
        """True when the repository is at this API's forge: no other forge gets the token or a status."""
        host = urlsplit(self.api).hostname or ""
        return repository.host == ("github.com" if host == "api.github.com" else host)
