"""The workers write to what they inherited, a page each hundredth of a second,
and never stop: for a look at what cowtop costs when nothing stands still."""
from parked import BYTES, WORKERS, ready

import os
import time

data = bytearray(b"1") * BYTES
for _ in range(WORKERS):
    if os.fork() == 0:
        parent = os.getppid()
        for at in range(0, BYTES, 4096):
            data[at] = 2
            time.sleep(0.01)
            if os.getppid() != parent:
                os._exit(0)
ready(0)
os._exit(0)
