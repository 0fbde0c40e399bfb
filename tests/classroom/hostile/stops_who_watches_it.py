# says: exited 0 without results|hung: after 3 s
import os
import signal
os.kill(os.getppid(), signal.SIGSTOP)
