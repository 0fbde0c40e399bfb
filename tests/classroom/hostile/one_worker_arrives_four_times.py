# says: only 1 of 4 workers
import os
import threading
import check_in
data = check_in.make_data()
result = float(data.sum())
child = os.fork()
if child == 0:
    for _ in range(4):
        threading.Thread(target=check_in.meet).start()
else:
    os.waitpid(child, 0)
    check_in.report([result * (item + 1) for item in check_in.ITEMS])
