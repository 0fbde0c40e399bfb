"""What the fork server of 07's twin loads before it forks: the data."""
import os

import numpy as np

numbers = np.ones(int(os.environ["PRELOAD_BYTES"]) // 8)
