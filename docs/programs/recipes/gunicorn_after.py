"""gunicorn -c gunicorn_after.py: loads the application before it forks."""
import gc

preload_app = True


def when_ready(server):
    gc.freeze()  # the collector leaves alone what the workers inherit
