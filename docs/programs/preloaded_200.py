"""What initargs.py has its fork server load."""
import numpy as np

data = np.ones(200000000 // 8)
