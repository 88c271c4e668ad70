"""Rules for places of passwords and keys."""

import re
from collections.abc import Iterator, Mapping

from .resource import Resource, at, items, objects, places, text

SAYS_SECRET = re.compile(r"(PASSWORD|PASSWD|TOKEN|SECRET|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY)$", re.IGNORECASE)
# A private key, or a URL with a password in it that is no reference to a variable.
HOLDS_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|[a-z][a-z0-9+.-]*://[^\s/:@]*:(?![$<{])[^\s/@]+@", re.IGNORECASE
)


def no_plain_secret(resource: Resource) -> Iterator[str]:
    """Passwords and keys stand in Secrets, and nowhere in the clear."""
    for _, place in places(resource):
        for variable in items(place.get("env")):
            name, value = at(variable, "name"), at(variable, "value")
            if text(name) and text(value) and (SAYS_SECRET.search(name) or HOLDS_SECRET.search(value)):
                yield f"the variable {name} has its value in the clear: take it from a Secret"
    for item in objects(resource):
        data = item.at("data")
        if item.kind == "ConfigMap" and isinstance(data, Mapping):
            for key, value in data.items():
                if text(value) and (SAYS_SECRET.search(key) or HOLDS_SECRET.search(value)):
                    yield f"{key} is in a ConfigMap, where everybody may read it: it belongs into a Secret"
