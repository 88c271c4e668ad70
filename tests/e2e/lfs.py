"""A file in Git LFS, uploaded as git-lfs does it."""

import hashlib
from pathlib import Path

import requests

from sandbox.forge.forge import Forge

TYPE = "application/vnd.git-lfs+json"
SECONDS = 20


def track(forge: Forge, tree: Path, name: str, content: bytes, repository: str = "") -> None:
    """Puts a pointer into the tree, and the content to the forge's LFS: that of the repository at this HTTP
    address; empty: of the forge's own one.
    """
    oid = hashlib.sha256(content).hexdigest()
    with requests.Session() as session:
        session.trust_env = False
        batch = session.post(
            f"{repository or forge.clone_url}/info/lfs/objects/batch",
            auth=(forge.account.username, forge.account.password),
            headers={"Accept": TYPE, "Content-Type": TYPE},
            json={
                "operation": "upload",
                "transfers": ["basic"],
                "objects": [{"oid": oid, "size": len(content)}],
            },
            timeout=SECONDS,
        )
        batch.raise_for_status()
        (entry,) = batch.json()["objects"]
        if upload := entry.get("actions", {}).get("upload"):  # it may be there from another time
            session.put(
                upload["href"], data=content, headers=upload.get("header", {}), timeout=SECONDS
            ).raise_for_status()
    (tree / ".gitattributes").write_text(f"{name} filter=lfs diff=lfs merge=lfs -text\n")
    (tree / name).write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"
    )
