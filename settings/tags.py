"""Tags of what a TKE cluster is made of, by which a bill is divided (limits: document 651/13354)."""

from typing import Annotated

from pydantic import AfterValidator

from settings.types import allows, matches

MOST = 50  # of one resource
CHARACTER = r"[\w +\-=.:/@()\[\],;><\u0080-\U0010ffff]"
ALLOWED = "letters, digits, spaces and + - = . _ : / @ ( ) [ ] , ; > <, with no space at its ends"
TagKey = Annotated[
    str,
    matches(
        rf"(?!qcs:|project:)(?! ){CHARACTER}{{1,127}}(?<! )",
        f"the key of a tag, 1 to 127 {ALLOWED}, and not beginning with qcs: or project:",
    ),
]
TagValue = Annotated[
    str, matches(rf"(?! ){CHARACTER}{{1,255}}(?<! )", f"the value of a tag, 1 to 255 {ALLOWED}")
]


@allows(f"at most {MOST} tags")
def _few(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MOST:
        raise ValueError(f"must have at most {MOST} tags, as a resource of the cloud has")
    return tags


Tags = Annotated[dict[TagKey, TagValue], AfterValidator(_few)]
