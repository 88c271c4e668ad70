"""Secrets as people have them: a file's line ends, a key with a passphrase."""

import re
from base64 import b64decode

import pulumi

OPENSSH_MAGIC = b"openssh-key-v1\0"
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # no password has one in it


def one_line(text: str) -> str:
    """The text without the line ends of the file that it came from: no password ends with one."""
    return text.rstrip("\r\n")


def private_key(text: str, setting: str = "gitSshKey") -> str:
    """The key as ssh reads it: with a line's end at its own.

    `setting` is the secret's key in the stack. Raises pulumi.RunError, without the private key.
    """
    key = "\n".join(line.strip() for line in text.strip().splitlines())
    if not re.match(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\n", key):
        raise pulumi.RunError(
            f"{setting} is no private key: it must start with -----BEGIN ... PRIVATE KEY-----; set it with "
            f"`pulumi config set --secret {setting} < FILE`"
        )
    if "ENCRYPTED" in key or _cipher(key, setting) not in {"", "none"}:
        raise pulumi.RunError(
            f"{setting} has a passphrase, and nobody is there to type it: give one without, as "
            "`ssh-keygen -p -N '' -f FILE` makes it of a copy"
        )
    return f"{key}\n"


def _cipher(key: str, setting: str) -> str:
    """The cipher of a key in OpenSSH's own format, `none` without a passphrase; empty for another format."""
    if not key.startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n"):
        return ""
    body = "".join(line for line in key.splitlines() if not line.startswith("-----"))
    try:
        content = b64decode(body, validate=True)
    except ValueError:
        content = b""
    # PROTOCOL.key of OpenSSH: a magic word, then the cipher's name behind its length in four bytes.
    start = len(OPENSSH_MAGIC) + 4
    if not content.startswith(OPENSSH_MAGIC) or len(content) < start:
        raise pulumi.RunError(
            f"{setting} is damaged: what is between its first and last line is no key; set it with "
            f"`pulumi config set --secret {setting} < FILE`"
        )
    length = int.from_bytes(content[len(OPENSSH_MAGIC) : start])
    return content[start : start + length].decode("ascii", "replace")
