# says: took more than
import os
import time
hidden = []  # files that are in memory, and mapped by nobody
for _ in range(40):
    hidden.append(os.memfd_create("hidden"))
    os.write(hidden[-1], b"x" * (100 << 20))
time.sleep(1000)
