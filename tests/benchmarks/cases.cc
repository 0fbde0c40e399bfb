#include "benchmarks/cases.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/types.h>
#include <unistd.h>

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "benchmarks/comparison.h"
#include "benchmarks/limits.h"
#include "benchmarks/one_cpu.h"
#include "cow/memory/usage.h"
#include "cow/os/descriptor.h"
#include "cow/os/mapping.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "pool/source.h"

namespace cow::bench {
namespace {

using nlohmann::json;

template <typename Work>
double seconds(Work work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun)
      .count();
}

// The cheapest task: what is left is the pool's own cost.
int same(int x) { return x; }

std::vector<int> first_ints(int count) {
  std::vector<int> ints(static_cast<std::size_t>(count));
  std::iota(ints.begin(), ints.end(), 0);
  return ints;
}

// One task there and back, by the call that is meant for it.
template <typename SomePool>
int apply_same(SomePool& pool, int x) {
  if constexpr (requires { pool.apply(same, x); }) {
    return pool.apply(same, x);
  } else {
    return pool.map(same, std::vector<int>{x}).front();
  }
}

// A pool that loses work would be a fast one.
void expect(bool right) {
  if (!right) throw std::runtime_error("the pool's results are wrong");
}

// A pool that has already worked: the first task of a worker writes to pages
// that it shares with the parent, which later ones do not.
Pool warm_pool(int workers) {
  Pool pool({.workers = workers});
  pool.map(same, first_ints(workers), 1);
  return pool;
}

// How often process `pid` has read and written so far, as the kernel counts it:
// no poll(2), no futex(2). 0 where /proc does not say.
double reads_and_writes(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/io", pid));
  double calls = 0;
  for (std::string name; file >> name;) {
    double number = 0;
    file >> number;
    if (name == "syscr:" || name == "syscw:") calls += number;
  }
  return calls;
}

// The same for a pool and its workers together.
double reads_and_writes(const Pool& pool) {
  double calls = reads_and_writes(::getpid());
  for (const pid_t worker : pool.workers()) calls += reads_and_writes(worker);
  return calls;
}

// Those that `tasks` tasks take, each.
template <typename Work>
double reads_and_writes_each(const Pool& pool, int tasks, Work work) {
  const double before = reads_and_writes(pool);
  work();
  return (reads_and_writes(pool) - before) / tasks;
}

// Registers benchmarks, and asks CPython if there is one.
class Cases {
 public:
  Cases(const Sizes& sizes, CPython* cpython)
      : sizes_(sizes), cpython_(cpython) {}

  void add_tasks();
  void add_payloads();
  void add_start(const std::string& name, const PoolOptions& options,
                 Bytes data, double most_of_limit, double least_of_cpython);
  void add_many_workers();
  void add_memory();
  void add_imap();
  void add_growth();
  void add_pass_self();

 private:
  // `make` builds the comparison when the benchmark begins: what it holds (a
  // pool, 64 MiB) is there only while it is measured, so that the benchmarks
  // that fork after it do not pay for its pages.
  template <typename Make>
  void add(const std::string& name, Make make) {
    benchmark::RegisterBenchmark(
        name.c_str(),
        [make](benchmark::State& state) { compare(state, make()); })
        ->Iterations(sizes_.rounds)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }

  Measure cpython(const json& request) const {
    if (cpython_ == nullptr) return {};
    return [request, asked = cpython_] { return asked->measure(request); };
  }

  Measure cpython_map(int workers, int items, int chunk_size) const {
    return cpython({{"case", "map_ints"},
                    {"workers", workers},
                    {"items", items},
                    {"chunk_size", chunk_size}});
  }

  void add_map(const std::string& name, const std::string& what, int workers,
               int items, int chunk_size, double least_of_cpython);
  template <typename Block>
  void add_payload(const std::string& name, const std::string& what,
                   std::string_view direction, double most_of_limit,
                   double least_of_cpython);

  Sizes sizes_;
  CPython* cpython_;
};

void Cases::add_map(const std::string& name, const std::string& what,
                    int workers, int items, int chunk_size,
                    double least_of_cpython) {
  add(name, [=, theirs = cpython_map(workers, items, chunk_size)] {
    auto pool = std::make_shared<Pool>(warm_pool(workers));
    const auto work = [=, ints = first_ints(items)] {
      std::vector<int> results;
      const double taken =
          seconds([&] { results = pool->map(same, ints, chunk_size); });
      expect(results == ints);
      return taken;
    };
    return Comparison{
        .what = what,
        .ours = work,
        .cpython = theirs,
        .least_of_cpython = least_of_cpython,
        .repeats = std::clamp(10'000 / items, 1, 100),
        .calls = [=] { return reads_and_writes_each(*pool, items, work); }};
  });
}

// `trips` tasks, one after the other.
void go_there_and_back(Pool& pool, int trips) {
  for (int i = 0; i < trips; ++i) expect(apply_same(pool, i) == i);
}

void Cases::add_tasks() {
  const int trips = sizes_.trips;
  const json request = {
      {"case", "round_trip"}, {"trips", trips}, {"cpu", OnOneCpu().cpu()}};
  add("round_trip", [trips, theirs = cpython(request)] {
    const OnOneCpu beginning;
    auto pool = std::make_shared<Pool>(warm_pool(1));
    auto one = pool->map_async(same, std::vector<int>{1});
    one.wait();
    const Transfer frames = one.transfer();  // the limit sends as much
    const auto work = [=] { go_there_and_back(*pool, trips); };
    return Comparison{
        .what = "one task there and back",
        .ours =
            [=] {
              const OnOneCpu measured;
              return seconds(work) / trips;
            },
        .limit =
            [=] {
              const OnOneCpu measured;
              return raw_round_trip(trips, frames.to_workers,
                                    frames.from_workers);
            },
        .cpython = theirs,
        .most_of_limit = 1.4,
        .least_of_cpython = 5,
        .calls = [=] { return reads_and_writes_each(*pool, trips, work); }};
  });
  add_map("map/chunk_size_1",
          fmt::format("map of {} ints, chunk size 1", sizes_.ints_one_by_one),
          2, sizes_.ints_one_by_one, 1, 5);
  add_map("map/default_chunks",
          fmt::format("map of {} ints, default chunks", sizes_.ints), 2,
          sizes_.ints, 0, 5);
}

// The payload is reached through a pointer, so that copying it into a list of
// items, which Python does not do, is not measured either.
template <typename Block>
using Shared = std::shared_ptr<const Block>;
template <typename Block>
Shared<Block> prepared;  // what workers inherit and give back

template <typename Block>
int size_of(const Shared<Block>& block) {
  return static_cast<int>(block->size());
}
template <typename Block>
Shared<Block> give(int) {
  return prepared<Block>;
}
template <typename Block>
Shared<Block> echo(const Shared<Block>& block) {
  return block;
}

template <typename Block>
Block make_block(Bytes size) {
  if constexpr (std::is_same_v<Block, std::string>) {
    return std::string(size.size(), 'x');
  } else {
    return Block::Ones(size.count() / 8);
  }
}

// Calls `map`, whose results die after the time is taken, as CPython's do.
template <typename Map, typename IsWhole>
double seconds_of_results(Map map, IsWhole is_whole) {
  decltype(map()) results;
  const double taken = seconds([&] { results = map(); });
  expect(std::all_of(results.begin(), results.end(), is_whole));
  return taken;
}

// Sends or fetches `items` payloads, each its own batch.
template <typename Block>
Measure map_of_payloads(const std::shared_ptr<Pool>& pool,
                        const Shared<Block>& block, std::size_t items,
                        std::string_view direction) {
  const std::vector<Shared<Block>> given(items, block);
  const auto is_whole = [block](const Shared<Block>& result) {
    return *result == *block;
  };
  if (direction == "there") {
    return [=] {
      return seconds_of_results(
          [&] { return pool->map(size_of<Block>, given, 1); },
          [&](int size) { return size == size_of<Block>(block); });
    };
  }
  if (direction == "both") {
    return [=] {
      return seconds_of_results(
          [&] { return pool->map(echo<Block>, given, 1); }, is_whole);
    };
  }
  return [=] {
    return seconds_of_results(
        [&] { return pool->map(give<Block>, std::vector<int>(items), 1); },
        is_whole);
  };
}

template <typename Block>
void Cases::add_payload(const std::string& name, const std::string& what,
                        std::string_view direction, double most_of_limit,
                        double least_of_cpython) {
  constexpr int kWorkers = 2;
  constexpr int kItems = 2 * kWorkers;
  const Bytes size = sizes_.payload;
  const Load load{.there = direction == "back" ? 8_B : size,
                  .back = direction == "there" ? 8_B : size};
  const json request = {{"case", "payload"},
                        {"workers", kWorkers},
                        {"items", kItems},
                        {"size", size.count()},
                        {"direction", direction}};
  add(fmt::format("{}/{}", name, direction),
      [=, theirs = least_of_cpython == 0 ? Measure() : cpython(request)] {
        const auto block =
            std::make_shared<const Block>(make_block<Block>(size));
        prepared<Block> = block;
        auto pool = std::make_shared<Pool>(warm_pool(kWorkers));
        prepared<Block>.reset();  // the workers have it
        const Measure ours =
            map_of_payloads<Block>(pool, block, kItems, direction);
        ours();  // now its pipes are as large as they will be
        const Bytes capacity = *pipe_capacity_of(pool->workers().front());
        return Comparison{
            .what =
                fmt::format("{} of {}, {}", what, to_string(size), direction),
            .ours = ours,
            .limit = [=, raw = std::make_shared<RawPayload>(
                             kWorkers, load,
                             capacity)] { return raw->measure(kItems); },
            .cpython = theirs,
            .most_of_limit = most_of_limit,
            .least_of_cpython = least_of_cpython};
      });
}

void Cases::add_payloads() {
  for (const char* direction : {"there", "back", "both"}) {
    // 0.8 of the limit's bytes a second.
    add_payload<Eigen::VectorXd>("payload", "payload, items", direction, 1.25,
                                 3);
  }
  for (const char* direction : {"there", "back"}) {
    add_payload<std::string>("string", "payload, std::string", direction, 1.1,
                             0);
  }
}

// From no pool to the first result, in a process that has `data` of its own.
void Cases::add_start(const std::string& name, const PoolOptions& options,
                      Bytes data, double most_of_limit,
                      double least_of_cpython) {
  const int workers = options.workers;
  const Measure start = least_of_cpython < 0
                            ? Measure()
                            : cpython({{"case", "start"},
                                       {"workers", workers},
                                       {"data", data.count()}});
  add(name, [=, theirs = start] {
    std::shared_ptr<Mapping> held;
    if (data > Bytes()) {
      held =
          std::make_shared<Mapping>(data, PROT_READ | PROT_WRITE, MAP_PRIVATE);
      std::fill_n(held->data(), held->size().size(), std::byte{1});
    }
    return Comparison{
        .what = fmt::format("start{} to first result, N = {}, D = {}",
                            options.start_on_demand ? " on demand" : "",
                            workers, to_string(data)),
        .ours =
            [=] {
              std::optional<Pool> pool;  // its end is not timed
              return seconds([&] {
                pool.emplace(options);
                expect(apply_same(*pool, 1) == 1);
              });
            },
        .limit = [=, kept = held] { return raw_start(workers); },
        .cpython = theirs,
        .most_of_limit = most_of_limit,
        .least_of_cpython = std::max(least_of_cpython, 0.0),
        // The first after another side's finds free lists and caches as that
        // has left them, and may take twice as long as the second.
        .repeats = data < 64_MiB && workers < 100 ? 50 : 5};
  });
}

// An item with many workers beside one with few.
void Cases::add_many_workers() {
  add("many_workers", [items = first_ints(sizes_.ints_one_by_one)] {
    const auto map_with = [&](int workers) {
      return [=, pool = std::make_shared<Pool>(warm_pool(workers))] {
        std::vector<int> results;
        const double taken =
            seconds([&] { results = pool->map(same, items, 1); });
        expect(results == items);
        return taken;
      };
    };
    return Comparison{
        .what = fmt::format("map of {} ints, chunk size 1, N = 200 beside 2",
                            items.size()),
        .ours = map_with(200),
        .limit = map_with(2),
        .most_of_limit = 1.2};
  });
}

// Small blocks with gaps between them, as a program leaves them that has parsed
// much and thrown most of it away.
std::vector<std::unique_ptr<char[]>> heap_with_gaps(int gaps) {
  std::vector<std::unique_ptr<char[]>> blocks;
  for (int i = 0; i < 2 * gaps; ++i) {
    blocks.push_back(std::make_unique<char[]>(200));
  }
  for (std::size_t i = 0; i < blocks.size(); i += 2) blocks[i].reset();
  return blocks;
}

// Waits until a worker sleeps. One that has just replied is not idle yet: it
// gives back what the batch has left free.
void wait_until_idle(pid_t worker) {
  const auto state = [&] {
    const std::string stat = *read_file(fmt::format("/proc/{}/stat", worker));
    return stat.at(stat.rfind(')') + 2);
  };
  while (state() != 'S') ::sched_yield();
}

void Cases::add_memory() {
  const auto add_idle = [&](const char* name, const std::string& what, int ints,
                            int gaps) {
    add(name, [=, theirs = cpython({{"case", "idle_worker"}, {"workers", 2}})] {
      const auto kept = std::make_shared<std::vector<std::unique_ptr<char[]>>>(
          heap_with_gaps(gaps));
      auto pool = std::make_shared<Pool>(warm_pool(2));
      return Comparison{
          .what = what,
          .ours =
              [=, blocks = kept] {
                pool->map(same, first_ints(ints));
                const pid_t worker = pool->workers().front();
                wait_until_idle(worker);
                const Bytes own = read_usage(worker)->uss();
                return static_cast<double>(own.count());
              },
          .limit = [] { return static_cast<double>(kIdleBudget.count()); },
          .cpython = theirs,
          .most_of_limit = 1,
          .least_of_cpython = 10};
    });
  };
  add_idle("idle_worker/after_one_task", "private memory of an idle worker", 2,
           0);
  add_idle("idle_worker/after_many_items",
           fmt::format("the same after a map of {} ints", sizes_.ints),
           sizes_.ints, 0);
  add_idle("idle_worker/after_many_gaps",
           fmt::format("the same, {} blocks freed before the pool",
                       sizes_.freed_blocks),
           2, sizes_.freed_blocks);
}

// How much more than at the beginning this process owns, at most, while it
// fetches the results of so many items. (At least a byte, for the ratio's
// sake.)
double growth_of_imap(Pool& pool, int items) {
  const auto own = [] { return read_usage(::getpid())->uss(); };
  const Bytes before = own();
  Bytes most = before;
  std::int64_t sum = 0;
  int fetched = 0;
  for (const int result : pool.imap(same, testing::Source(items), 1'000)) {
    sum += result;
    if (++fetched % 100'000 == 0) most = std::max(most, own());
  }
  expect(fetched == items && sum == std::int64_t{items} * (items - 1) / 2);
  return static_cast<double>(std::max(most - before, 1_B).count());
}

void Cases::add_imap() {
  add("imap/memory", [=, items = sizes_.lazy_items] {
    auto pool = std::make_shared<Pool>(warm_pool(2));
    growth_of_imap(*pool, items / 100);  // the first results make room
    return Comparison{
        .what = fmt::format("memory that imap of {} lazy items takes", items),
        .ours = [=] { return growth_of_imap(*pool, items); },
        // What the window may hold, and the items and results that it is made
        // of.
        .limit = [] { return static_cast<double>((4_MiB).count()); },
        .cpython = {},
        .most_of_limit = 1,
        .least_of_cpython = 0};
  });
}

void Cases::add_growth() {
  for (const int items : sizes_.items) {
    add_map(fmt::format("grow_n/{}", items),
            fmt::format("map, n = {}, 2 workers", items), 2, items, 0, 0);
  }
  for (const int workers : sizes_.workers) {
    add_map(fmt::format("grow_N/{}", workers),
            fmt::format("map of {} ints in chunks of 100, N = {}",
                        sizes_.ints_one_by_one, workers),
            workers, sizes_.ints_one_by_one, 100, 0);
  }
  for (const Bytes data : sizes_.data) {
    add_start(fmt::format("grow_D/{}", data.count()), {.workers = 2}, data, 1.3,
              0);
  }
}

// The object of lesson 01, which every item carries.
struct Analysis {
  double analyze(int i) const { return numbers.mean() * i * i; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers);
  }
  Eigen::VectorXd numbers;
};
using Item = std::pair<std::shared_ptr<const Analysis>, int>;
double call_method(const Item& item) {
  return item.first->analyze(item.second);
}

std::size_t size_of_text(const std::string& text) { return text.size(); }

void Cases::add_pass_self() {
  constexpr int kWorkers = 10;
  constexpr Bytes kSize{800'000'000};
  add("pass_self", [=, theirs = cpython({{"case", "pass_self"},
                                         {"workers", kWorkers},
                                         {"size", kSize.count()}})] {
    auto self = std::make_shared<Analysis>();
    self->numbers = Eigen::VectorXd::Ones(kSize.count() / 8);
    std::vector<Item> items;
    for (int i = 0; i < kWorkers; ++i) items.emplace_back(self, i);
    Pool one = warm_pool(1);
    one.map(size_of_text, std::vector{std::string(1 << 20, ' ')});
    const Bytes capacity = *pipe_capacity_of(one.workers().front());
    return Comparison{
        .what = "pass_self: 763 MiB to each of 10 workers",
        .ours =
            [=] {
              Pool pool({.workers = kWorkers});
              return seconds([&] { pool.map(call_method, items); });
            },
        .limit =
            [=] {
              RawPayload raw(kWorkers, {.there = kSize, .back = 8_B}, capacity);
              return raw.measure(kWorkers);
            },
        .cpython = theirs,
        .least_of_cpython = 4};
  });
}

}  // namespace

Sizes tiny_sizes() {
  return {.rounds = 1,
          .trips = 10,
          .ints_one_by_one = 100,
          .ints = 1'000,
          .lazy_items = 10'000,
          .payload = 1_MiB,
          .many_workers = 8,
          .large_data = 1_MiB,
          .freed_blocks = 1'000,
          .items = {1, 10},
          .workers = {1, 2},
          .data = {0_B, 1_MiB}};
}

void register_cases(const Sizes& sizes, CPython* cpython) {
  Cases cases(sizes, cpython);
  cases.add_tasks();
  cases.add_payloads();
  cases.add_start("start", {.workers = 4}, 0_B, 1.3, 5);
  cases.add_start("start_on_demand", {.workers = 4, .start_on_demand = true},
                  sizes.large_data, 0.4, -1);
  cases.add_memory();
  cases.add_imap();
  cases.add_growth();
  // Last, because what they leave of the heap is in the workers of the others.
  cases.add_start("start_many", {.workers = sizes.many_workers}, 0_B, 2, -1);
  cases.add_many_workers();
  if (sizes.full_scale) cases.add_pass_self();
}

}  // namespace cow::bench
