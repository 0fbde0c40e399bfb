"""The table is loaded with the module, before celery forks its workers."""
import gc

import celery
from celery.signals import worker_ready

from look import hold

app = celery.Celery(broker="memory://")
table = {i: [i] for i in range(200_000)}
gc.freeze()  # the collector leaves it alone in the workers


@app.task
def analyze(key):
    hold(table[key])


@worker_ready.connect
def send(**_):
    for i in range(2):
        analyze.delay(7)
