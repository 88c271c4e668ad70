"""The name of an image: whole, and in another registry."""


def normalize_reference(reference: str) -> str:
    """The reference with the host that Docker's short forms leave out.

    `alpine:3` is `docker.io/library/alpine:3`.
    """
    first, slash, rest = reference.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        return f"docker.io/{reference}" if slash else f"docker.io/library/{reference}"
    if first in {"docker.io", "index.docker.io"}:
        return f"docker.io/{rest}" if "/" in rest else f"docker.io/library/{rest}"
    return reference


def mirror_reference(reference: str, mirror: str) -> str:
    """The image's name at `mirror`; tag and digest stay. A name at the mirror stays unchanged.

    A port's colon is `_` in a path, where no colon may be, and no host has one.
    """
    if not mirror or reference.startswith(f"{mirror}/"):
        return reference
    host, _, rest = normalize_reference(reference).partition("/")
    return f"{mirror}/{host.lower().replace(':', '_')}/{rest}"
