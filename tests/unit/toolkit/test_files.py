"""A file is written whole or not at all, with the mode that it shall have."""

import os
import stat
import threading
from pathlib import Path

import pytest

from toolkit.files import write_atomic, write_changed, write_private


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings"


def test_a_private_file_is_the_owners_alone_also_where_another_file_stood(file: Path) -> None:
    file.write_text("old and for everybody, and longer than the new text")
    file.chmod(0o644)
    write_private(file, "gü")
    assert (file.read_text(encoding="utf-8"), mode(file)) == ("gü", 0o600)


@pytest.mark.parametrize("durable", [False, True])
def test_the_mode_is_exact_whatever_the_umask_is(file: Path, durable: bool) -> None:
    before = os.umask(0o077)
    try:
        write_atomic(file, b"text", mode=0o755, durable=durable)
    finally:
        os.umask(before)
    assert (file.read_bytes(), mode(file)) == (b"text", 0o755)


def test_a_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(file: Path) -> None:
    file.mkdir()  # a folder that is not empty cannot be replaced
    (file / "content").touch()
    with pytest.raises(OSError):  # noqa: PT011 - which one, the system says
        write_private(file, "text")
    assert list(file.parent.iterdir()) == [file]
    assert (file / "content").exists()


def test_an_unchanged_text_is_not_written_again(file: Path) -> None:
    assert write_changed(file, "one", mode=0o700)
    inode = file.stat().st_ino
    assert not write_changed(file, "one", mode=0o700)
    assert file.stat().st_ino == inode
    assert write_changed(file, "two", mode=0o700)
    assert (file.read_text(), mode(file)) == ("two", 0o700)


def test_writers_at_once_leave_the_whole_text_of_one(file: Path) -> None:
    texts = [str(number) * 100_000 for number in range(8)]
    threads = [threading.Thread(target=write_private, args=(file, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.read_text() in texts
    assert list(file.parent.iterdir()) == [file]
