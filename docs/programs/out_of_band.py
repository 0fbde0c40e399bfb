import pickle

import numpy as np

numbers = np.ones(8 << 20)  # 64 MiB
print("in band:", len(pickle.dumps(numbers)), "bytes")

buffers = []
header = pickle.dumps(numbers, protocol=5, buffer_callback=buffers.append)
print("out of band:", len(header), "bytes and", len(buffers), "buffer")

again = pickle.loads(header, buffers=buffers)
print("the same memory:", np.shares_memory(again, numbers))
