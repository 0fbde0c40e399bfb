// A program of your own with MPI: on each node one window, which holds the
// data, and one cow::Pool, whose workers read it there.
//
//   mpirun --map-by ppr:1:node --bind-to none pool_of_node
//
// MPI_Init starts threads, and a process with threads cannot fork. So the order
// is: an empty window, the pool, MPI_Init, the data. The workers inherit the
// window before anything is in it. It is shared and not copied on write, so
// they see what MPI brings later. They are no ranks and must not call MPI.
//
// To try it on one machine: with --cut each rank counts as a node. With --die
// the last node is killed in the middle of the work.
#include <mpi.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cow/memory/usage.h"
#include "cow/pool/pool.h"
#include "cow/shared/segment.h"

constexpr int kRows = 8;
constexpr int kColumns = 65536;  // 8 rows of 512 KiB are 4 MiB

cow::Segment window;  // of the node; without a name, so none can be left over

double* row_at(int row) {
  return reinterpret_cast<double*>(window.data()) + row * kColumns;
}

double mean(int row) {  // in a worker
  return std::accumulate(row_at(row), row_at(row + 1), 0.0) / kColumns;
}

void read_data() {  // stands for a large file
  double* const numbers = row_at(0);
  for (int i = 0; i < kRows * kColumns; ++i) numbers[i] = i / kColumns + i % 2;
}

// What only one process has (USS), in KiB: that of the worker that has most.
long most_owned(const cow::Pool& pool) {
  cow::Bytes most;
  for (const pid_t worker : pool.workers()) {
    most = std::max(most, cow::read_usage(worker)->uss());
  }
  return most.count() / 1024;
}

// The number of this rank in a group, and how many are in it.
std::pair<std::size_t, std::size_t> place_in(MPI_Comm group) {
  int rank = 0;
  int size = 0;
  MPI_Comm_rank(group, &rank);
  MPI_Comm_size(group, &size);
  return std::pair(rank, size);
}

// Run by one rank on each node. They are the group `nodes`.
void work(cow::Pool& pool, MPI_Comm nodes, bool last_dies) {
  const auto [node, count] = place_in(nodes);
  if (node == 0) read_data();
  MPI_Bcast(row_at(0), kRows * kColumns, MPI_DOUBLE, 0, nodes);

  std::vector<int> begins, sizes;  // which items each node gets
  for (std::size_t i = 0; i < count; ++i) {
    begins.push_back(static_cast<int>(kRows * i / count));
    sizes.push_back(static_cast<int>(kRows * (i + 1) / count) - begins[i]);
  }
  std::vector<int> rows(kRows);
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<int> items(static_cast<std::size_t>(sizes[node]));
  MPI_Scatterv(rows.data(), sizes.data(), begins.data(), MPI_INT, items.data(),
               sizes[node], MPI_INT, 0, nodes);
  if (last_dies && node == count - 1) std::raise(SIGKILL);
  const std::vector<double> means = pool.map(mean, items);
  std::vector<double> results(kRows);
  MPI_Gatherv(means.data(), sizes[node], MPI_DOUBLE, results.data(),
              sizes.data(), begins.data(), MPI_DOUBLE, 0, nodes);

  const long told[] = {pool.size(), most_owned(pool)};
  std::vector<long> of(2 * count);
  MPI_Gather(told, 2, MPI_LONG, of.data(), 2, MPI_LONG, 0, nodes);
  if (node != 0) return;
  for (std::size_t i = 0; i < count; ++i) {
    std::printf("node %zu: items %d, workers %ld, each owns at most %ld KiB\n",
                i, sizes[i], of[2 * i], of[2 * i + 1]);
  }
  for (const double& result : results) {
    std::printf("%g%c", result, &result == &results.back() ? '\n' : ' ');
  }
}

int main(int argc, char** argv) try {
  const auto has = [&](const std::string& flag) {
    return std::find(argv + 1, argv + argc, flag) != argv + argc;
  };
  // Before MPI_Init only mpirun can say which rank is the first on its node.
  const char* place = std::getenv("OMPI_COMM_WORLD_LOCAL_RANK");
  std::optional<cow::Pool> pool;
  if (has("--cut") || place == nullptr || std::string(place) == "0") {
    window = cow::Segment(cow::Bytes(8) * kRows * kColumns);
    pool.emplace();
  }
  MPI_Init(nullptr, nullptr);
  MPI_Comm nodes = MPI_COMM_NULL;  // other ranks of a node have nothing to do
  MPI_Comm_split(MPI_COMM_WORLD, pool ? 0 : MPI_UNDEFINED, 0, &nodes);
  if (pool) work(*pool, nodes, has("--die"));
  return MPI_Finalize();
} catch (const std::exception& error) {
  std::fprintf(stderr, "pool_of_node: %s\n", error.what());
  return 1;  // mpirun sees that, and ends the other ranks
}
