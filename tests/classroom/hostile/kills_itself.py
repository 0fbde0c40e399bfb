# says: crashed by signal 9 (Killed)
import os
import signal
os.kill(os.getpid(), signal.SIGKILL)
