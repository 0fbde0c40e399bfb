"""When does the collector come by itself to a worker that touches nothing, and
how much does it copy? The parent has 500,000 lists. It collects before the fork,
or has the collector off: python3 first_collection.py [off] [freeze]"""
import gc
import os
import sys

if "off" in sys.argv:
    gc.disable()
rows = [[None] for k in range(500_000)]
if "off" not in sys.argv:
    gc.collect()
if "freeze" in sys.argv:
    gc.freeze()


def copied():  # a new page adds to private and RSS, a copied one to private
    with open("/proc/self/smaps_rollup") as lines:
        kb = {line.split()[0]: line.split()[1] for line in lines}
    return int(kb["Private_Dirty:"]) + int(kb["Private_Clean:"]) - int(kb["Rss:"])


def note(phase, info):
    generation = info["generation"]
    if phase == "stop" and generation not in seen:
        seen.add(generation)
        print("generation %d: after %6d lists, %5.1f MiB copied" % (
            generation, len(kept), max(0, copied() - before) / 1024), flush=True)


if os.fork() == 0:  # the worker: it only makes lists of its own and keeps them
    kept, seen, before = [], set(), copied()
    gc.callbacks.append(note)
    gc.enable()
    while len(seen) < 3 and len(kept) < 150_000:
        kept.append([None])
    os._exit(0)
os.wait()
