"""The same application, whose requests read the whole table."""
import gc

from look import hold
from web import table


def app(environ, start_response):
    gc.collect()  # which comes by itself after many requests
    sum(row[0] for row in table.values())
    hold(table[7])
