"""The kinds of text that settings are made of, each refused with what is allowed."""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Check = TypeVar("Check", bound=Callable[..., Any])

ALLOWED: dict[Callable[..., Any], str] = {}
"""What each check of a setting allows, as docs/configuration.md says it."""


def allows(text: str) -> Callable[[Check], Check]:
    """Records what a check allows."""

    def record(check: Check) -> Check:
        ALLOWED[check] = text
        return check

    return record


def matches(pattern: str, allowed: str) -> Any:
    compiled = re.compile(pattern, re.ASCII)

    @allows(allowed)
    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"must be {allowed}")
        return value

    return AfterValidator(check)


@allows("a relative path inside the repository, of letters, digits and . _ / @ + -")
def relative_path(value: str) -> str:
    """Refuses a path that leaves the checkout, or that a shell tool would take for an option."""
    if not value or value[0] in "/-" or ".." in value.split("/") or re.search(r"[^A-Za-z0-9_./@+-]", value):
        raise ValueError("must be a relative path inside the repository, of letters, digits and . _ / @ + -")
    return value


@allows("an image with an exact tag or a digest, never `latest`")
def pinned_image(value: str) -> str:
    """An image without a tag, or with one that moves, makes two runs of the same stack differ."""
    tag = value.partition("@")[0].rpartition("/")[2].partition(":")[2]
    if re.search(r"\s", value) or tag == "latest" or not (tag or "@sha256:" in value):
        raise ValueError("must name an image by an exact tag or a digest, and never by `latest`")
    return value


@allows("a clone URL over HTTP or SSH, without user name or password")
def clone_url(value: str) -> str:
    if not re.fullmatch(r"(https?|ssh)://[^\s/:@-][^\s/@]*/\S+|(ssh://)?git@[\w.-]+[:/]\S+", value):
        raise ValueError("must be a clone URL as https://HOST/OWNER/NAME.git, without user name or password")
    return value


@allows("an IPv4 range by its first address")
def cidr(value: str) -> str:
    try:
        return str(ipaddress.IPv4Network(value))
    except ValueError:
        raise ValueError("must be an IPv4 range by its first address, as 10.0.0.0/16") from None


@allows("empty, or http:// or https:// and a host, without a path")
def mirror_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/")):
        raise ValueError("must be empty, or http:// or https:// and a host, without a path")
    return value.rstrip("/")


@allows("the base URL of an API, without a slash at its end")
def api_url(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[\w.-]+)*", value, re.ASCII):
        raise ValueError("must be the base of an API as https://HOST/api/v3, without a slash at its end")
    return value


@allows("at least one entry")
def non_empty(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    if not entries:
        raise ValueError("needs at least one entry")
    return entries


Path = Annotated[str, AfterValidator(relative_path)]
Reference = Annotated[str, AfterValidator(pinned_image)]
CloneUrl = Annotated[str, AfterValidator(clone_url)]
Name = Annotated[
    str, matches(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", "1 to 40 lower-case letters, digits and dashes")
]
Namespace = Annotated[
    str, matches(r"|[a-z0-9]+([._/-][a-z0-9]+)*", "empty, or a lower-case path as owner or team/apps")
]
Branch = Annotated[
    str,
    matches(
        r"(?!.*(\.\.|//|@\{|\.lock(/|$)))[\w#+@][\w#+@./-]{0,199}(?<![./])",
        "the exact name of a branch, without refs/heads/ and without a pattern",
    ),
]
Tag = Annotated[
    str,
    matches(
        r"(?!buildcache$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
        "a tag of an image other than buildcache, as latest",
    ),
]
Host = Annotated[str, matches(r"[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?", "HOST or HOST:PORT, without a scheme")]

MirrorPath = Annotated[
    str,
    matches(
        r"|[a-z0-9][a-z0-9.-]*(:\d{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*",
        "empty, or HOST, HOST:PORT or HOST/PATH in lower case, without a scheme and a slash at its end",
    ),
]
MirrorUrl = Annotated[
    str,
    matches(
        r"https?://[a-z0-9][a-z0-9.-]*(:\d{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*",
        "http:// or https:// and HOST, HOST:PORT or HOST/PATH in lower case, without a slash at its end",
    ),
]
Cidr = Annotated[str, AfterValidator(cidr)]
Port = Annotated[int, Field(ge=1, le=65535)]
ADOPT = Field(
    default=False,
    description="true: objects that are in the cluster and not in the stack's state are taken over",
)


class Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, strict=True
    )
