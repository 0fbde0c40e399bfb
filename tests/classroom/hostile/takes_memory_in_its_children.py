# says: took more than
import os
import time
for _ in range(20):
    if os.fork() == 0:
        taken = bytearray(b"x" * (200 << 20))
        time.sleep(1000)
time.sleep(1000)
