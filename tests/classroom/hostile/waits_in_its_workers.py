# says: hung: after 3 s it was ended
import time
from multiprocessing import get_context
with get_context("fork").Pool(4) as pool:
    pool.map(time.sleep, [1000] * 4)
