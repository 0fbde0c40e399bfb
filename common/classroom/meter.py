"""Meets the workers of a hand-in and reads them from outside.

Each worker that holds its data connects to a socket and waits. When N have come,
or no other will, all are read in the same moment and let go. The kernel says which
processes they are (SO_PEERCRED), /proc what they use. Of what a hand-in says about
itself only the results count, and these are compared.
"""
import os
import socket
import struct
import time

import sandbox
from exercises import read

LINE = 64 << 10  # bytes of a line, at most
MOST = 64  # connections that have not said anything yet
QUIET = 1.0  # seconds of a tree that sleeps: then no other worker will come


class Meter:
    def __init__(self, path, workers):
        self.workers = workers
        self.figures = {}  # empty until all were measured
        self.results = self.verdict = None
        self._faults = self.later_faults = 0  # after all were measured
        self.parent_worked = False
        self._waiting = {}  # PID: its connection
        self._lines = {}
        self._quiet_since = self._cpu = None
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(path)
        self._server.listen(64)
        self._server.setblocking(False)

    def begin(self, selector, pid, depth):
        self._selector, self._pid, self._depth = selector, pid, depth
        selector.register(self._server, 1)

    def close(self):
        for connection in list(self._lines) + list(self._waiting.values()):
            connection.close()
        self._server.close()

    def _program(self):
        """The hand-in's first process: below bwrap or the supervisor."""
        pid = self._pid
        for _ in range(self._depth):
            pid = next(iter(sandbox.children(pid)), None)
        return pid

    def handle(self, key):
        if key.fileobj is self._server:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            if len(self._lines) > MOST:  # the others wait in the queue, or fail
                connection.close()
                return
            connection.setblocking(False)
            self._lines[connection] = b""
            self._selector.register(connection, 1)
            return
        connection = key.fileobj
        try:
            part = connection.recv(LINE)
        except OSError:
            part = b""
        line = self._lines.get(connection, b"") + part
        self._lines[connection] = line
        if part and b"\n" not in line and len(line) <= LINE:
            return
        self._selector.unregister(connection)
        del self._lines[connection]
        if line.endswith(b"\n"):
            self._take(connection, line.decode("utf-8", "replace").split())
        else:
            connection.close()

    def _take(self, connection, words):
        pid = struct.unpack("iII", connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        if words[:1] == ["arrived"] and not self.figures:
            if pid == self._program():
                self.parent_worked = True
            elif (pid not in self._waiting
                    and pid in sandbox.descendants(self._pid)):
                self._waiting[pid] = connection
                self._quiet_since = None
                if len(self._waiting) == self.workers:
                    self._measure()
                return
        elif words[:1] == ["results"]:
            try:
                self.results = [float(word) for word in words[1:]]
            except ValueError:
                self.results = []
            self.later_faults = _all_faults(self._program()) - self._faults
        elif words[:1] == ["verdict"]:
            self.verdict = {"holds": "holds", "fails": "fails"}.get(
                "".join(words[1:]))
        _release(connection)

    def tick(self, now):
        """Measures the workers that have come if all sleep: no other will."""
        if not self._waiting:
            return
        cpu = 0
        for pid in sandbox.descendants(self._pid):
            fields = _stat(pid)
            if fields and fields[0] not in "SZ":
                self._quiet_since = None
                return
            cpu += sum(map(int, fields[11:13])) if fields else 0
        if cpu != self._cpu or self._quiet_since is None:
            self._cpu, self._quiet_since = cpu, now
        elif now - self._quiet_since > QUIET:
            self._measure()

    def _measure(self):
        parent = self._program()
        # Also those that have lost their parent.
        tree = sandbox.descendants(self._pid)[self._depth - 1:]
        read_now = {pid: sandbox.rollup(pid) for pid in tree}
        workers = [figures for pid, figures in read_now.items()
                   if pid in self._waiting]
        own = [_uss(figures) for figures in workers]
        self.figures = {
            "workers": len(workers),
            "worker_uss": max(own, default=0),
            "worker_rss": min((f.get("Rss", 0) for f in workers), default=0),
            "worker_pss": max((f.get("Pss", 0) for f in workers), default=0),
            "worker_faults": max((int(_stat(pid)[7]) for pid in self._waiting
                                  if _stat(pid)), default=0),
            "parent_uss": _uss(read_now.get(parent, {})),
            "parent_rss": read_now.get(parent, {}).get("Rss", 0),
            "total_pss": sum(f.get("Pss", 0) + f.get("SwapPss", 0)
                             for f in read_now.values()),
            "pipe_bytes": sum(map(_written, tree)),
            "each": [[f.get("Rss", 0), f.get("Pss", 0), _uss(f)]
                     for f in [read_now.get(parent, {})] + workers]}
        self._faults = _all_faults(parent)
        for connection in self._waiting.values():
            _release(connection)
        self._waiting = {}


def _release(connection):
    try:
        connection.send(b"+")
    except OSError:
        pass
    connection.close()


def _uss(figures):
    return figures.get("Private_Clean", 0) + figures.get("Private_Dirty", 0)


def _stat(pid):
    """The fields of /proc/PID/stat from the state on: proc(5)."""
    try:
        return read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    except OSError:
        return []


def _all_faults(parent):
    """Page faults of a process's descendants, dead and alive."""
    fields = _stat(parent)
    return (int(fields[8]) if fields else 0) + sum(
        int(stat[7]) + int(stat[8])
        for stat in map(_stat, sandbox.descendants(parent)) if stat)


def _written(pid):
    """Bytes that a process has written so far, to pipes above all."""
    try:
        return int(read(f"/proc/{pid}/io").split("wchar: ")[1].split()[0])
    except (OSError, IndexError):
        return 0
