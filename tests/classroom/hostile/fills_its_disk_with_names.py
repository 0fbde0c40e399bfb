# says: filled its disk
import itertools
for number in itertools.count():
    open(f"file{number}", "wb").close()
