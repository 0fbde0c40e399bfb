"""Prints what cowtop sees of one of these programs while its workers hold
their tasks: python3 look_at.py method.py

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
program = subprocess.Popen([sys.executable, *sys.argv[1:]], cwd=here,
                           stdout=subprocess.PIPE, text=True,
                           start_new_session=True)
try:
    for worker in range(4):
        program.stdout.readline()
    subprocess.run([cowtop, "--once", str(program.pid)])
finally:
    os.killpg(program.pid, signal.SIGTERM)
    program.wait()
