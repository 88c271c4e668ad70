"""Runs one Pulumi program, in the program's own Python. The language host starts this file as a script.

It uses nothing but the program's Pulumi SDK. Configuration comes in the environment (PULUMI_CONFIG and
PULUMI_CONFIG_SECRET_KEYS), because arguments can be read by every user of the machine.
"""

import argparse
import asyncio
import inspect
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

# Tells the language host that the user has seen the error already.
REPORTED = 32
# The SDK blocks threads in its waits: so many per resource that is worked on at a time.
THREADS_PER_OPERATION = 4

# A script's own folder is the first place imports are looked for: the program's modules are meant, not ours.
if sys.path and os.path.abspath(sys.path[0]) == os.path.dirname(os.path.abspath(__file__)):
    del sys.path[0]

try:
    import pulumi
    import pulumi.runtime
except ImportError as missing:
    print(
        f"error: {sys.executable} has no Pulumi SDK ({missing}); run `pulumi install`",
        file=sys.stderr,
    )
    sys.exit(1)


def arguments() -> argparse.Namespace:
    """The command line that the language host gives."""
    parser = argparse.ArgumentParser()
    for name in ("project", "stack", "organization", "root_directory", "monitor", "engine", "pwd", "dry_run"):
        parser.add_argument("--" + name)
    parser.add_argument("--parallel", type=int, default=1)
    parser.add_argument("program")
    parser.add_argument("args", nargs="*")
    return parser.parse_args()


def configure(args: argparse.Namespace) -> None:
    """Joins the program to the engine."""
    pulumi.runtime.set_all_config(
        pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env()
    )
    settings = {
        "monitor": args.monitor,
        "engine": args.engine,
        "project": args.project,
        "stack": args.stack,
        "parallel": args.parallel,
        "dry_run": args.dry_run == "true",
        "organization": args.organization,
        "root_directory": args.root_directory,
    }
    # An older SDK in the program's environment knows fewer of them.
    parameters = inspect.signature(pulumi.runtime.Settings.__init__).parameters
    pulumi.runtime.configure(
        pulumi.runtime.Settings(**{key: value for key, value in settings.items() if key in parameters})
    )


def users_traceback(error: BaseException, program: str) -> str:
    """The error's traceback from the program's first line on: what is above it is Pulumi's."""
    main = os.path.join(program, "__main__.py") if os.path.isdir(program) else program
    frames = error.__traceback__
    while frames is not None and os.path.abspath(frames.tb_frame.f_code.co_filename) != main:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__))


def run(program: str, parallel: int) -> int:
    """Runs the program to its end; gives the exit code."""
    entry = os.path.abspath(program)
    if os.path.isdir(entry) and not os.path.isfile(os.path.join(entry, "__main__.py")):
        pulumi.log.error(f"there is no program: `{entry}` has no `__main__.py`")
        return REPORTED

    def run_program() -> None:
        runpy.run_path(program, run_name="__main__")

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(parallel, 1) * THREADS_PER_OPERATION)
    loop.set_default_executor(executor)
    # A failed program leaves futures that nobody awaits; asyncio's words on that help no user.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(run_program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        pulumi.log.error("Program failed with an unhandled exception:\n" + users_traceback(error, entry))
        return REPORTED
    finally:
        executor.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    options = arguments()
    configure(options)
    sys.argv = [options.program, *options.args]
    if options.pwd is not None:
        os.chdir(options.pwd)
    sys.exit(run(options.program, options.parallel))
