"""The job of a find-it exercise: a parent, its workers, and one cause.

find.py starts it and writes the size and the cause to its standard input: the
command line tells nothing, and is the same in every process. That input then
stays open, and its end is the end of every process of the job. Each writes a
dot to standard output when it has what it will have, or else "!" and why not.
The workers are made by hand: multiprocessing's command lines would tell how.
"""
import gc
import json
import mmap
import os
import pickle
import select
import subprocess
import sys

COMMAND = [sys.executable, "-B", os.path.abspath(__file__)]
ORDER = "COWPOOL_FIND_ORDER"  # the descriptor that a spawned process reads
size = workers = 0  # of the data, in bytes, and how many


def hold(work, *arguments):
    """Does the work, and holds what it returns until the end of the input."""
    try:
        kept = work(*arguments)
        os.write(1, b".")
        while os.read(0, 1):
            pass
        while True:
            os.wait()
    except ChildProcessError:  # none is left
        os._exit(0)
    except BaseException as error:
        os.write(1, f"!{type(error).__name__} {error}\n".encode())
        os._exit(1)


def fork_all(data, work):
    """The pool: the workers inherit the data, and each does work(data, i)."""
    for i in range(workers):
        if os.fork() == 0:
            hold(work, data, i)
    return data


def spawn(work, *arguments, descriptors=()):
    """A process that inherits nothing and is sent its arguments."""
    reading, writing = os.pipe()
    subprocess.Popen(COMMAND, pass_fds=[reading, *descriptors],
                     env=dict(os.environ, **{ORDER: str(reading)}))
    os.close(reading)
    send(writing, (size, workers, work, arguments))


def send(writing, what):
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump(what, pipe, 5)


def receive(reading):
    return pickle.load(os.fdopen(reading, "rb"))


def array():
    return bytearray(b"1") * size


def rows():
    # [None] in a list takes 56 bytes in a slot of 64, 8 in one of 16, and 8.
    return [[None] for _ in range(size // 88)]


def memory():
    descriptor = os.memfd_create("data")
    os.write(descriptor, array())
    return descriptor


# What a process does with them; it holds what these return.

def read(data, i):
    sum(data[::mmap.PAGESIZE])
    return data


def attach(descriptor):
    return read(mmap.mmap(descriptor, size), 0)


def read_part_of_rows(data, i):
    part = len(data) // workers
    # A reference to a row is needed even for this: its count is written.
    sum(len(data[at]) for at in range(i * part, (i + 1) * part))
    return data


def write_part(data, i):
    part = size // workers
    data[i * part:(i + 1) * part] = b"2" * part
    return data


def write_pages(data, i):
    data[::mmap.PAGESIZE] = b"2" * (size // mmap.PAGESIZE)
    return data


def keep_results(data, i):
    """Holds 256 KiB more each second, up to four times the data."""
    results = [data, read(data, i)[:size * 3 // 16]]
    os.write(1, b".")
    while not select.select([0], [], [], 0.25)[0]:
        if len(results) < size * 4 >> 16:
            results.append(b"2" * (1 << 16))
    os._exit(0)


def serve(ends):
    fork_all(ends, lambda _, i: read(receive(ends[i]), 0))


def sent(start):
    """start(ends) makes the workers, and each is sent the data."""
    data, pipes = array(), [os.pipe() for _ in range(workers)]
    start([reading for reading, _ in pipes])
    for reading, writing in pipes:
        os.close(reading)
        send(writing, data)
    return data


def spawn_all(data):
    for i in range(workers):
        spawn("read", data, i)
    return data


def spawn_attached(descriptor):
    for _ in range(workers):
        spawn("attach", descriptor, descriptors=[descriptor])
    return attach(descriptor)


CAUSES = {
    "shared": lambda: fork_all(array(), read),
    "sent": lambda: sent(serve),
    "shared_memory": lambda: fork_all(attach(memory()), read),
    "leak": lambda: fork_all(array(), keep_results),
    "late": lambda: fork_all(None, lambda *_: None) or array(),
    "built": lambda: fork_all(None, lambda *_: rows()),
    "spawned": lambda: spawn_all(array()),
    "spawned_shared_memory": lambda: spawn_attached(memory()),
    "server": lambda: sent(lambda to: spawn("serve", to, descriptors=to)),
    "preloaded": lambda: spawn("shared"),
    "writes_part": lambda: fork_all(array(), write_part),
    "writes_pages": lambda: fork_all(array(), write_pages),
    "parent_writes": lambda: write_pages(fork_all(array(), read), 0),
    "working_copy": lambda: fork_all(array(), lambda data, i: data[:]),
    "counts": lambda: fork_all(rows(), read_part_of_rows),
    "collector": lambda: fork_all(rows(), lambda *_: gc.collect()),
    "parent_collector": lambda: (fork_all(rows(), lambda *_: None),
                                 gc.collect()),
}
WITH_SERVER = ("server", "preloaded")  # these have one process more


if __name__ == "__main__":
    order = os.environ.pop(ORDER, None)
    size, workers, name, arguments = (
        receive(int(order)) if order else json.loads(os.read(0, 4096)))
    hold({**globals(), **CAUSES}[name], *arguments)
