"""Chapter 14: what a Redis server copies if clients write while it saves.

Starts a server of its own in a temporary folder, fills it, and lets it save four
times (BGSAVE) while it is written to. Redis itself counts what was copied. The
delay for each key makes the save long enough for all writes.
"""
import os
import random
import socket
import subprocess
import tempfile
import time

KEYS, SIZE = 98000, 1000


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.replies = self.socket.makefile("rb")

    def send(self, *commands):
        self.socket.sendall(b"".join(
            b"*%d\r\n" % len(words) + b"".join(
                b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
            for words in ([str(word).encode() for word in command]
                          for command in commands)))
        return [self.reply() for _ in commands]

    def reply(self):
        line = self.replies.readline().rstrip()
        if line[:1] == b"$":
            return self.replies.read(int(line[1:]) + 2).decode()
        return line.decode()

    def info(self, name):
        text = self.send(("INFO",))[0]
        return int(text.split(name + ":")[1].split()[0])

    def write(self, keys):
        for i in range(0, len(keys), 500):
            self.send(*(("SET", "key:%06d" % key, str(key % 10) * SIZE)
                        for key in keys[i:i + 500]))


def saved_beside(client, writes):
    """MB that were copied while the server saved and `writes` keys were set."""
    client.send(("BGSAVE",))
    client.write([random.randrange(KEYS) for _ in range(writes)])
    assert client.info("rdb_bgsave_in_progress"), "the save ended too early"
    while client.info("rdb_bgsave_in_progress"):
        time.sleep(0.05)
    return client.info("rdb_last_cow_size") / 1e6


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "socket")
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", path, "--save", "",
         "--dir", folder, "--rdb-key-save-delay", "100"],
        stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists(path):
            time.sleep(0.05)
        client = Client(path)
        client.write(list(range(KEYS)))
        print("%d keys of %d bytes: RSS %.0f MB" % (
            KEYS, SIZE, client.info("used_memory_rss") / 1e6))
        for writes in 0, 10000, 50000, 200000:
            print("%7d writes during the save: %4.0f MB copied" % (
                writes, saved_beside(client, writes)), flush=True)
    finally:
        server.kill()
        server.wait()
