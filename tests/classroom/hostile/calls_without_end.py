# says: hung: after 3 s
import os
import socket
import time
for _ in range(20):
    if os.fork() == 0:
        break
calls = []
while True:
    try:
        calls.append(socket.socket(socket.AF_UNIX))
        calls[-1].connect(os.environ["COWPOOL_CHECK"])
    except OSError:
        time.sleep(0.01)
