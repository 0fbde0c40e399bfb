// 16 many_machines: data for more workers than one machine has. How many
// copies?
//
// The workers are ranks of an MPI program, on K nodes. Nobody forks them from a
// process that has the data, so they inherit nothing. But the ranks of a node
// can open a window: memory that all of them map. One of them fills it.
//
// What you should see: N·D with a copy in each rank, D with a window for all of
// them, K·D with a window on each of K nodes. Here these are one machine, cut.
// How to read these programs: docs/reading_a_lesson.md.

#include <mpi.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/lesson/ranks.h"
#include "cow/report/run_lesson.h"

namespace {

using cow::Bytes;
using cow::Formula;
using Numbers = std::span<const double>;
constexpr const char* kCopies = "a copy in each rank";
constexpr const char* kOne = "a window on the node";
constexpr const char* kCut = "a window on each node";
constexpr Bytes kSpread{512 << 10};  // the bases of ranks differ by half of it

void check(int code, const std::string& what) {
  if (code == MPI_SUCCESS) return;
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int size = 0;
  MPI_Error_string(code, text.data(), &size);
  throw std::runtime_error(what + ": " + text.c_str());
}

// The number of this rank in a group, and how many are in it.
std::pair<int, int> place_in(MPI_Comm group) {
  std::pair<int, int> place;
  MPI_Comm_rank(group, &place.first);
  MPI_Comm_size(group, &place.second);
  return place;
}

// Data that the ranks of a node share. The first of them makes it.
class Window {
 public:
  Window(MPI_Comm node, Bytes size) {
    const bool makes = place_in(node).first == 0;
    double* start = nullptr;
    check(MPI_Win_allocate_shared(makes ? size.count() : 0, sizeof(double),
                                  MPI_INFO_NULL, node, &start, &window_),
          "no window of " + to_string(size));
    MPI_Aint bytes = 0;
    int unit = 0;
    MPI_Win_shared_query(window_, 0, &bytes, &unit, &start);  // that of rank 0
    numbers_ = {start, static_cast<std::size_t>(bytes) / sizeof(double)};
    if (makes) std::fill(start, start + numbers_.size(), 1.0);
    MPI_Win_fence(0, window_);  // now the others may read
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() { MPI_Win_free(&window_); }

  Numbers numbers() const { return numbers_; }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  Numbers numbers_;
};

// Every rank reads all numbers, holds its result, and stops to be measured.
void work(const char* moment, MPI_Comm node, Numbers numbers) {
  const int rank = place_in(MPI_COMM_WORLD).first;
  if (rank == 0) cow::begin_moment(moment);
  MPI_Barrier(MPI_COMM_WORLD);
  const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
  const double square = sum / static_cast<double>(numbers.size()) * rank * rank;
  cow::wait_to_be_measured();
  int counts[] = {square == rank * rank ? 1 : 0,
                  place_in(node).first == 0 ? 1 : 0};
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  if (rank == 0) cow::end_moment(counts[0], counts[1]);
}

void share(const char* moment, MPI_Comm node, Bytes size) {
  const Window window(node, size);
  work(moment, node, window.numbers());
}

int be_rank(Bytes D, int parts) {
  MPI_Init(nullptr, nullptr);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  try {
    MPI_Comm node = MPI_COMM_NULL;  // the ranks that can share memory
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &node);
    const auto [rank, size] = place_in(node);
    const bool is_alone = size == place_in(MPI_COMM_WORLD).second;
    MPI_Comm cut = MPI_COMM_NULL;  // a node that is a part of this machine
    MPI_Comm_split(node, is_alone ? rank * parts / size : 0, 0, &cut);
    share(cow::kOverNothing.data(), node, cow::kNothing);
    work(kCopies, MPI_COMM_SELF,
         std::vector<double>(static_cast<std::size_t>(D.count()) / 8, 1.0));
    share(kOne, node, D);
    share(kCut, cut, D);
  } catch (const std::exception& error) {
    cow::report_failure(error.what());
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  return MPI_Finalize();
}

void experiment(cow::Lesson& lesson) {
  const auto [D, N, n, T] = lesson.symbols();
  lesson.needs_memory(N * (D + Bytes(8 << 20)));
  const auto moments = cow::measure_ranks(
      lesson, {std::to_string(D.value()), std::to_string(lesson.nodes())},
      D.bytes() * lesson.nodes());
  const std::int64_t found = moments.at(1).nodes;  // by MPI
  for (const cow::Moment& held : moments) {
    const bool is_cut = held.name == kCut && found == 1;
    const std::int64_t nodes = is_cut ? lesson.nodes() : found;
    const Formula K("K", nodes);
    const bool copies = held.name == kCopies;
    lesson.claim(held.name + ": what all cost (ΣPSS)", held.total(cow::pss),
                 cow::above_base(copies ? N * D : K * D));
    if (N.value() % nodes != 0) continue;  // nodes of different sizes
    lesson.claim(held.name + ": what each rank bears (PSS)",
                 held.each_worker(cow::pss),
                 cow::above_base(copies ? D : K * D / N, kSpread, kSpread));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == cow::kAsRank) {
    return be_rank(Bytes(std::atoll(argv[2])), std::atoi(argv[3]));
  }
  return cow::run_lesson(argc, argv, "16_many_machines", experiment,
                         {.nodes = 2});
}
