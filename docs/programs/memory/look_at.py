"""Prints what cowtop sees of one of these programs while its workers hold
their tasks: python3 look_at.py method.py
With --why before the program, also what was changed in the copied pages.

It starts the program, waits until all four workers have said that they have
their data, looks, and ends it."""
import os
import shutil
import signal
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
built = os.path.join(here, "../../../build/bin/cowtop")
cowtop = built if os.path.exists(built) else shutil.which("cowtop")

# Ended in the middle of its work, Python would warn that something was left.
os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"
arguments = sys.argv[1:]
flag = arguments.pop(0) if arguments[0] == "--why" else "--once"
program = subprocess.Popen([sys.executable, *arguments], cwd=here,
                           stdout=subprocess.PIPE, text=True,
                           start_new_session=True)
try:
    for worker in range(4):
        program.stdout.readline()
    subprocess.run([cowtop, flag, str(program.pid)])
finally:
    os.killpg(program.pid, signal.SIGTERM)
    program.wait()
