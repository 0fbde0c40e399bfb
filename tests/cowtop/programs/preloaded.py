"""What the fork server of fork_server.py has before it forks."""
import os

data = b"1" * int(os.environ["PRELOADED_BYTES"])
