"""For developers: python -m sandbox.toolchain build [NAME...] | status | path NAME | clean."""

import argparse
import json
import sys

from sandbox.toolchain.inventory import DEBIAN
from sandbox.toolchain.processes import ToolchainError
from sandbox.toolchain.tool import RECORD_FILE
from sandbox.toolchain.toolchain import Toolchain
from toolkit.progress import Progress, clock


def _status(toolchain: Toolchain) -> None:
    for name in toolchain.names:
        folder = toolchain.folder(name)
        record_file = folder / RECORD_FILE
        if name == DEBIAN or not record_file.is_file():
            state = "there" if toolchain.is_ready(name) else "missing"
        else:
            record = json.loads(record_file.read_text())
            state = f"{record['origin']} in {clock(record['seconds'])}"
        print(f"{name:30} {state:20} {folder}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.toolchain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="make these, or everything").add_argument("names", nargs="*")
    commands.add_parser("status", help="what is there, and how long it took")
    commands.add_parser("path", help="the path of one program").add_argument("name")
    commands.add_parser("clean", help="remove what the present pins do not name")
    options = parser.parse_args(arguments)
    progress = Progress()
    try:
        with Toolchain(progress=progress) as toolchain:
            if options.command == "build":
                toolchain.ensure(*(options.names or toolchain.names))
                progress.summary()
            elif options.command == "status":
                _status(toolchain)
            elif options.command == "path":
                print(toolchain.program(options.name))
            else:
                print("\n".join(toolchain.clean()))
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("called off; run the same command again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
