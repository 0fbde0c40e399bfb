"""A web application with a large table of small objects."""
import gc

from look import hold

table = {i: [i] for i in range(250_000)}


def app(environ, start_response):
    gc.collect()  # which comes by itself after many requests
    hold(table[7])
