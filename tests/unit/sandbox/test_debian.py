"""Packages are installed when they are missing, and nothing of them is started."""

from pathlib import Path

import pytest

from sandbox.toolchain import debian
from sandbox.toolchain.processes import Processes, ToolchainError

FAKE_APT = """#!/bin/sh
echo "$*" >> "$CALLS"
cat "$POLICY_FILE" >> "$CALLS"
case "$1:$LISTS_MISSING" in
  install:yes) [ -e "$CALLS.updated" ] || exit 100 ;;
  update:*) touch "$CALLS.updated" ;;
esac
"""


class Apt:
    """A machine whose dpkg knows some packages, with an apt that only takes notes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls_file = folder / "calls"
        self.policy = folder / "policy-rc.d"
        self._monkeypatch = monkeypatch
        self._programs = folder / "programs"
        self._programs.mkdir()
        self.program("apt-get", FAKE_APT)
        self.program(
            "dpkg-query", "#!/bin/sh\n" + "".join(f"echo '{n} installed'\n" for n in ("runc", "git"))
        )
        monkeypatch.setenv("PATH", f"{self._programs}:/bin")
        monkeypatch.setenv("CALLS", str(self.calls_file))
        monkeypatch.setenv("POLICY_FILE", str(self.policy))
        monkeypatch.setattr(debian, "POLICY", self.policy)
        monkeypatch.setattr(debian, "POLICY_ASIDE", folder / "policy-rc.d.aside")
        monkeypatch.setattr(debian, "_disable", lambda *_: None)
        self.log = folder / "log"

    def program(self, name: str, text: str) -> None:
        (self._programs / name).write_text(text)
        (self._programs / name).chmod(0o755)

    def remove(self, name: str) -> None:
        (self._programs / name).unlink()
        self._monkeypatch.setenv("PATH", str(self._programs))

    def ensure(self, *packages: str) -> list[str]:
        return debian.ensure(Processes(), self.log, packages)

    @property
    def calls(self) -> str:
        return self.calls_file.read_text() if self.calls_file.exists() else ""


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Apt:
    return Apt(tmp_path, monkeypatch)


def test_only_missing_packages_are_installed(apt: Apt) -> None:
    assert apt.ensure("runc", "containerd", "git") == ["containerd"]
    assert "--no-install-recommends" in apt.calls
    assert " runc" not in apt.calls


def test_with_nothing_missing_apt_is_not_called(apt: Apt) -> None:
    assert apt.ensure("runc", "git") == []
    assert apt.calls == "", "no network and no lock for a machine that is ready"


def test_package_lists_are_fetched_only_when_an_install_fails(
    apt: Apt, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt.ensure("containerd")
    assert "update" not in apt.calls
    monkeypatch.setenv("LISTS_MISSING", "yes")
    apt.ensure("containerd")
    assert apt.calls.count("\nupdate\n") == 1


def test_services_are_kept_from_starting_and_the_machines_own_policy_comes_back(apt: Apt) -> None:
    apt.policy.write_text("the machine's own")
    apt.ensure("containerd")
    assert "exit 101" in apt.calls, "maintainer scripts were told to start nothing"
    assert apt.policy.read_text() == "the machine's own"


def test_without_a_policy_none_is_left_behind(apt: Apt) -> None:
    apt.ensure("containerd")
    assert not apt.policy.exists()


def test_a_policy_that_a_killed_install_put_aside_comes_back(apt: Apt, tmp_path: Path) -> None:
    apt.policy.write_text(debian.POLICY_TEXT)
    (tmp_path / "policy-rc.d.aside").write_text("the machine's own")
    apt.ensure("containerd")
    assert apt.policy.read_text() == "the machine's own"


def test_a_failed_install_names_the_packages_and_the_log(apt: Apt) -> None:
    apt.program("apt-get", "#!/bin/sh\necho E: Unable to locate package\nexit 100\n")
    with pytest.raises(ToolchainError, match=r"containerd.*Unable to locate") as caught:
        apt.ensure("containerd")
    assert str(apt.log) in str(caught.value)
    assert not apt.policy.exists()


def test_without_apt_one_sentence_says_what_the_sandbox_wants(apt: Apt) -> None:
    apt.remove("apt-get")
    with pytest.raises(ToolchainError, match=r"no Debian system.*Debian 12.*kubeconfig"):
        apt.ensure("containerd")


def test_every_package_says_why_it_is_there() -> None:
    assert all(len(why) > 10 for why in debian.PACKAGES.values())
    assert set(debian.SERVICES) <= set(debian.PACKAGES)
