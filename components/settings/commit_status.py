"""What a commit at the forge is told about its build."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from components.settings.builds import Repository
from components.settings.types import Model, api_url


class CommitStatus(Model):
    api: Annotated[str, AfterValidator(api_url)] = Field(
        default="https://api.github.com",
        description="base of the forge's API: https://HOST/api/v3 for GitHub Enterprise, "
        "https://HOST/api/v1 for Gitea",
    )

    def knows(self, repository: Repository) -> bool:
        """Whether the repository is at the forge whose API this is: no other sees the token, or is told."""
        host = urlsplit(self.api).hostname or ""
        return repository.host == ("github.com" if host == "api.github.com" else host)
