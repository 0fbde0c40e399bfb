"""The classroom: what make exercise, hint, check, grade and their like run.

    python3 -B common/classroom/main.py COMMAND ...

Exit status: 0 full points, or done · 1 below full points, a wrong answer, or a
hand-in that could not be graded · 2 bad usage, said in one sentence.
"""
import argparse
import importlib
import os
import signal
import sys

from exercises import BadUsage, plain

# Each has add_to(subparsers), which names its commands, and run(arguments).
MODULES = ["folder", "check", "grade", "predict", "find", "handouts", "plan",
           "begin"]


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BadUsage(f"{self.prog}: {message}")


def main():
    parser = Parser(prog="classroom", description=__doc__.split("\n")[0])
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND",
                                       parser_class=Parser)
    subparsers.required = True
    for name in MODULES:
        importlib.import_module(name).add_to(subparsers)
    arguments = parser.parse_args()
    return arguments.run(arguments)


if __name__ == "__main__":
    try:
        for ended in (signal.SIGTERM, signal.SIGHUP):  # as by Ctrl-C: tidied up
            signal.signal(ended, signal.default_int_handler)
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
        sys.exit(main())
    except BadUsage as error:
        print(plain(str(error)), file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader has enough
        os._exit(141)
    except OSError as error:
        print(plain(f"{error.filename or 'This'} cannot be used: "
                    f"{error.strerror or error}."), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
