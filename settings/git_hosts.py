"""The keys of git servers, as a file known_hosts has them."""

from pathlib import Path

# Published by GitHub: docs.github.com, "GitHub's SSH key fingerprints"; the RSA key is the one of March 2023.
GITHUB = Path(__file__).with_name("github_known_hosts")


def knows(known_hosts: str, host: str) -> bool:
    """True when the file may have a key of this host (HOST, or [HOST]:PORT); hashed names cannot be read."""
    return any(
        line.startswith("|1|") or host in line.split()[0].split(",")
        for line in known_hosts.splitlines()
        if line.strip() and not line.startswith(("#", "@"))
    )
