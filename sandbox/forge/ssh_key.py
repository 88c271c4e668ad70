"""SSH keys of the kind Ed25519, in OpenSSH's formats."""

from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class SshKey:
    """A pair of keys."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """A new pair."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, private: str) -> Self:
        """The pair of a private key's file. Raises ValueError when it is none of this kind."""
        key = serialization.load_ssh_private_key(private.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("this is no Ed25519 key")
        return cls(key)

    @property
    def private(self) -> str:
        """The private key's file."""
        text = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        return text.decode()

    @property
    def public(self) -> str:
        """`ssh-ed25519 KEY`, as in authorized_keys, and in known_hosts after the host's name."""
        return (
            self._key.public_key()
            .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
            .decode()
        )
