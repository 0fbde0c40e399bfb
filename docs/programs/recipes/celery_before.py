"""Each worker process loads the table when it first needs it."""
import celery
from celery.signals import worker_ready

from look import hold

app = celery.Celery(broker="memory://")
table = None


@app.task
def analyze(key):
    global table
    if table is None:
        table = {i: [i] for i in range(200_000)}
    hold(table[key])


@worker_ready.connect
def send(**_):
    for i in range(2):
        analyze.delay(7)
