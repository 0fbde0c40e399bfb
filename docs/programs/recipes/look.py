"""What the recipes share: how a worker waits until it has been measured."""
import os
import time


def hold(result):
    """Says that this worker has used its data; measure.py looks meanwhile."""
    os.write(1, f"{os.getpid()} holds {result}\n".encode())
    time.sleep(60)  # time to look
