"""Certificates by which a server and its clients know each other, and nobody else.

They follow from random seeds in the stack's state, which keeps them as secrets: 32 bytes are an Ed25519 key,
and its signature of the same certificate is the same each time. So no two runs of the program differ, and it
takes no provider for TLS. To change one, `pulumi up --replace` its seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pulumi
import pulumi_random
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280, 4.1.2.5: a certificate without an end. What ends it is another seed."""
Files = dict[str, str]
"""ca.pem, cert.pem and key.pem, of one side."""


@dataclass(frozen=True, kw_only=True)
class MutualTls:
    server: pulumi.Output[Files]
    client: pulumi.Output[Files]


def create_mutual_tls(resource: str, host: str, opts: pulumi.ResourceOptions) -> MutualTls:
    """A server at `host`, and one client, with an authority that has signed these two alone."""
    seeds = [
        pulumi_random.RandomBytes(f"{resource}-{name}", length=32, opts=opts).hex
        for name in ("authority", "server", "client")
    ]
    return MutualTls(
        server=pulumi.Output.all(*seeds[:2]).apply(lambda values: _files(values, host, server=True)),
        client=pulumi.Output.all(seeds[0], seeds[2]).apply(lambda values: _files(values, host, server=False)),
    )


def _files(seeds: Sequence[str], host: str, *, server: bool) -> Files:
    authority, key = (Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)) for seed in seeds)
    names, signs = {"issuer": f"authority of {host}", "subject": f"authority of {host}"}, authority
    root = _certificate(names, authority, signs, 1).add_extension(
        x509.BasicConstraints(True, 0), critical=True
    )
    usage = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    names["subject"] = host if server else f"client of {host}"
    leaf = (
        _certificate(names, key, signs, 2 if server else 3)
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    if server:
        leaf = leaf.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return {
        "ca.pem": root.sign(authority, None).public_bytes(Encoding.PEM).decode(),
        "cert.pem": leaf.sign(authority, None).public_bytes(Encoding.PEM).decode(),
        "key.pem": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    }


def _certificate(
    names: dict[str, str], key: Ed25519PrivateKey, authority: Ed25519PrivateKey, serial: int
) -> x509.CertificateBuilder:
    def name(side: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[side])])

    return x509.CertificateBuilder(
        issuer_name=name("issuer"),
        subject_name=name("subject"),
        public_key=key.public_key(),
        serial_number=serial,
        not_valid_before=BEGIN,
        not_valid_after=END,
    ).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False
    )
