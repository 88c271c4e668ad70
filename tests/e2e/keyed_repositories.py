"""Private repositories of the forge, each with a deploy key that opens it alone."""

from dataclasses import dataclass, field
from pathlib import Path

from sandbox.forge.forge import REPOSITORY, Forge
from sandbox.forge.ssh_key import SshKey
from toolkit.git import Git


@dataclass
class KeyedRepositories:
    """`folder` gets a clone of each."""

    forge: Forge
    folder: Path
    names: tuple[str, ...]
    keys: dict[str, SshKey] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = {name: SshKey.generate() for name in self.names}

    def path(self, name: str) -> str:
        return f"{self.forge.account.username}/{name}"

    def ssh(self, name: str) -> str:
        return self.forge.ssh_url.replace(f"/{REPOSITORY}.git", f"/{name}.git")

    def http(self, name: str) -> str:
        return self.forge.clone_url.replace(f"/{REPOSITORY}.git", f"/{name}.git")

    def make(self) -> None:
        for name, key in self.keys.items():
            self.forge.api.post(
                "user/repos", {"name": name, "private": True, "auto_init": True, "default_branch": "main"}
            )
            self.forge.api.post(
                f"repos/{self.path(name)}/keys", {"title": "of a test", "key": key.public, "read_only": True}
            )
            (self.folder / name).mkdir()
            self.git(name)("clone", "--quiet", self.http(name), ".")

    def delete(self) -> None:
        for name in self.names:
            if self.forge.api.find(f"repos/{self.path(name)}"):
                self.forge.api.delete(f"repos/{self.path(name)}")

    def git(self, name: str) -> Git:
        return Git(self.folder / name, self.forge.git_credentials, self.forge.account.username)

    def push(self, name: str, files: dict[str, str], links: dict[str, str] | None = None) -> str:
        """Pushes files, and gitlinks to commits by their paths; the commit."""
        git = self.git(name)
        for file, text in files.items():
            (self.folder / name / file).write_text(text)
        git("add", "--all")
        for path, commit in (links or {}).items():
            git("update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
        git("commit", "--quiet", "--allow-empty", "--message", "Build this")
        git("push", "--quiet", "origin", "HEAD:refs/heads/main")
        return git("rev-parse", "HEAD")
