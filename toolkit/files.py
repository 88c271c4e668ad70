"""Files that are written as a whole: whoever reads meanwhile has the old content or the new, never a part."""

import os
import tempfile
from pathlib import Path

PRIVATE = 0o600


def write_atomic(file: Path, content: str | bytes, *, mode: int, durable: bool = False) -> None:
    """Replaces the file, or makes it, with this mode; text is UTF-8. Its folder must be there.

    `durable`: the content is on the disk before it has the name, so that no power failure leaves an empty
    file. A symlink is replaced and not followed. Raises OSError; the file is then as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(descriptor, mode)
            if durable:
                os.fsync(descriptor)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_private(file: Path, text: str) -> None:
    """Writes the text with mode 0600."""
    write_atomic(file, text, mode=PRIVATE)


def write_changed(file: Path, text: str, *, mode: int = PRIVATE) -> bool:
    """Writes the text when the file has another one, or is not there; True when it was written."""
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    write_atomic(file, text, mode=mode)
    return True
