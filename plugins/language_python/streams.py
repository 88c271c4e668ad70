"""A process's output as it comes, for the RPCs that stream it to the engine."""

import queue
import subprocess
import threading
from collections.abc import Iterator
from enum import Enum
from typing import IO

CHUNK = 64 * 1024


class Stream(Enum):
    """The stream that a piece of output was written to."""

    STDOUT = "stdout"
    STDERR = "stderr"


def output_of(process: "subprocess.Popen[bytes]") -> Iterator[tuple[Stream, bytes]]:
    """The output of a process that was started with pipes, until it has closed both streams."""
    pieces: queue.SimpleQueue[tuple[Stream, bytes]] = queue.SimpleQueue()

    def copy_pieces(stream: Stream, pipe: IO[bytes]) -> None:
        while piece := pipe.read1(CHUNK):  # type: ignore[attr-defined]
            pieces.put((stream, piece))
        pieces.put((stream, b""))

    assert process.stdout is not None
    assert process.stderr is not None
    for stream, pipe in ((Stream.STDOUT, process.stdout), (Stream.STDERR, process.stderr)):
        threading.Thread(target=copy_pieces, args=(stream, pipe), daemon=True).start()
    open_streams = 2
    while open_streams:
        stream, piece = pieces.get()
        if piece:
            yield stream, piece
        else:
            open_streams -= 1
