import os
import subprocess
import sys
from multiprocessing.shared_memory import SharedMemory

READ = """if True:
    import sys
    from multiprocessing.shared_memory import SharedMemory
    segment = SharedMemory(name=sys.argv[1])
    if sys.argv[2] == "untracked":
        from multiprocessing.resource_tracker import unregister
        unregister(segment._name, "shared_memory")
    segment.close()
"""


def try_reader(how):
    segment = SharedMemory(create=True, size=1 << 20)
    path = "/dev/shm/" + segment.name
    # stderr is a pipe: at its end, the reader's tracker has ended as well.
    subprocess.run([sys.executable, "-c", READ, segment.name, how],
                   stderr=subprocess.PIPE)
    print(how, "reader, the segment is", "there" if os.path.exists(path)
          else "gone")
    segment.close()
    try:
        segment.unlink()
    except FileNotFoundError:
        from multiprocessing.resource_tracker import unregister
        unregister(segment._name, "shared_memory")


try_reader("tracked")
try_reader("untracked")
