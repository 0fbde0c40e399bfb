"""16 many_machines in CPython: ranks of mpi4py, and a window on each node."""
import os
import sys

from cowtwin import DATA, NOTHING, OVER_NOTHING, WORKERS, observe_ranks

NODES = int(sys.argv[4]) if len(sys.argv) > 4 else min(2, WORKERS)
ALLOWED = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
if "OMPI_COMM_WORLD_RANK" not in os.environ:  # become mpirun, which starts it
    os.execvpe("mpirun", ["mpirun", "--oversubscribe", "-n", str(WORKERS),
                          sys.executable] + sys.argv, {**os.environ, **ALLOWED})

import numpy as np
from mpi4py import MPI

world = MPI.COMM_WORLD


def work(moment, numbers):
    observe_ranks(moment, world, lambda i: numbers.mean() * i**2)


def share(moment, node, size):
    makes = node.rank == 0
    window = MPI.Win.Allocate_shared(size if makes else 0, 8, comm=node)
    memory, unit = window.Shared_query(0)
    numbers = np.frombuffer(memory)
    if makes:
        numbers[:] = 1
    window.Fence()
    work(moment, numbers)
    window.Free()


node = world.Split_type(MPI.COMM_TYPE_SHARED)
cut = node.Split(node.rank * NODES // node.size)
share(OVER_NOTHING, node, NOTHING)
work("a copy in each rank", np.ones(DATA // 8))
share("a window on the node", node, DATA)
share("a window on each node", cut, DATA)
