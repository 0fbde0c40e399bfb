// Many tasks and many workers, one after the other: whether anything grows.
//
//   pool_soak [--tasks N] [--replacements N] [--start-method M] [--workers N]
//
// Two pools work side by side: one whose workers stay, for tasks by apply, map
// and imap; one whose workers end after each task, every tenth of them by a
// signal. The work is done in ten equal parts, and after each part it is
// counted what this process, the workers that stay and the fork servers hold.
// Exit status 0 if the last part ends with no more than the first did, 1 if
// something grew, 2 for bad usage.
#include <fcntl.h>
#include <fmt/format.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cow/memory/process.h"
#include "cow/pool/pool.h"

namespace {

using namespace cow::literals;

constexpr int kParts = 10;
// What the pool's process may own more at the end than after the first part.
// Its heap gets its final form only by and by, in steps of 128 KiB; one batch
// that is forgotten in a thousand is more than this in a run of the default
// size.
constexpr cow::Bytes kMostGrowth = 1_MiB;
// The same of a worker that stays.
constexpr cow::Bytes kMostWorkerGrowth = 64_KiB;
// The same of the bytes in use in the heap, which are exact.
constexpr cow::Bytes kMostHeapGrowth = 16_KiB;
// A sample may fall on workers that have been told to end and are not yet
// reaped: twice a set of them at most, each with two pipes (of one, the pool
// has both ends), a pidfd, and a buffer of 64 KiB and a little.
constexpr int kMostEnding = 2;
constexpr int kDescriptorsOfOne = 4;
constexpr int kServersDescriptorsOfOne = 1;  // its pidfd
constexpr cow::Bytes kHeapOfOne = 66_KiB;

struct Options {
  std::int64_t tasks = 1'000'000;
  std::int64_t replacements = 100'000;
  cow::StartMethod start_method = cow::StartMethod::kFork;
  int workers = 2;
};

struct Sample {
  cow::Bytes uss;
  cow::Bytes heap;
  cow::Bytes workers_uss;  // of those that stay
  cow::Bytes server_uss;   // of the fork servers; 0 without them
  int descriptors = 0;
  int server_descriptors = 0;
  int children = 0;  // of this process and of the fork server
};

int count_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator all(
      fmt::format("/proc/{}/fd", pid));
  return static_cast<int>(std::distance(begin(all), end(all)));
}

Sample sample(const cow::Pool& one, const cow::Pool& other) {
  Sample sample;
  sample.uss = cow::read_usage(::getpid())->uss();
  sample.heap = cow::Bytes(::mallinfo2().uordblks);
  sample.descriptors = count_descriptors(::getpid());
  sample.children = static_cast<int>(cow::children_of(::getpid()).size());
  for (const pid_t worker : one.workers()) {
    sample.workers_uss += cow::read_usage(worker)->uss();
  }
  for (const pid_t server : {one.fork_server(), other.fork_server()}) {
    if (server == 0) continue;
    sample.server_uss += cow::read_usage(server)->uss();
    sample.server_descriptors += count_descriptors(server);
    sample.children += static_cast<int>(cow::children_of(server).size());
  }
  return sample;
}

int square(int i) { return i % 1000 * (i % 1000); }
std::string doubled(const std::string& text) { return text + text; }

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(fmt::format("{}: a result is wrong", what));
}

std::vector<int> numbers(std::int64_t count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// A tenth by apply, half by map in chunks and one by one, the rest by imap.
void run_tasks(cow::Pool& pool, std::int64_t count) {
  std::int64_t done = 0;
  for (; done < count / 10; ++done) {
    const std::string text(static_cast<std::size_t>(done % 300), 's');
    if (pool.apply(doubled, text) != text + text) fail("apply");
  }
  for (const std::int64_t chunk_size : {0, 1}) {
    const std::vector<int> items = numbers(count / 4);
    done += count / 4;
    const std::vector<int> squares = pool.map(square, items, chunk_size);
    for (const int i : items) {
      if (squares[static_cast<std::size_t>(i)] != square(i)) fail("map");
    }
  }
  int next = 0;
  for (const int i : pool.imap(square, numbers(count - done), 3)) {
    if (i != square(next++)) fail("imap");
  }
}

int square_or_die(int i) {
  if (i % 10 == 7) ::raise(SIGKILL);
  return square(i);
}

// Each task takes a worker of its own. Returns how many of them died.
std::int64_t replace_workers(cow::Pool& pool, std::int64_t count) {
  std::int64_t died = 0;
  auto results = pool.imap(square_or_die, numbers(count));
  for (int i = 0; i < count; ++i) {
    try {
      if (results.next() != square(i)) fail("a worker's only task");
    } catch (const cow::WorkerDied& death) {
      if (i % 10 != 7 || death.item() != i) fail("a death");
      ++died;
    }
  }
  return died;
}

// Says what has grown from the first part to the last; returns whether nothing
// has.
bool judge(const Sample& first, const Sample& last, int workers) {
  bool steady = true;
  const int ending = kMostEnding * workers;
  const auto expect = [&](bool good, std::string_view what) {
    if (!good) fmt::print("GREW: {}\n", what);
    steady = steady && good;
  };
  expect(last.uss - first.uss <= kMostGrowth, "the memory of this process");
  expect(last.heap - first.heap <= kMostHeapGrowth + ending * kHeapOfOne,
         "the heap in use");
  expect(last.workers_uss - first.workers_uss <= workers * kMostWorkerGrowth,
         "the memory of the workers that stay");
  expect(last.server_uss - first.server_uss <= kMostGrowth,
         "the memory of the fork servers");
  expect(last.descriptors <= first.descriptors + ending * kDescriptorsOfOne,
         "open descriptors");
  expect(last.server_descriptors <=
             first.server_descriptors + ending * kServersDescriptorsOfOne,
         "open descriptors of the fork servers");
  expect(last.children <= first.children + ending, "children");
  return steady;
}

int soak(const Options& options) {
  cow::Pool lasting(
      {.workers = options.workers, .start_method = options.start_method});
  cow::Pool passing({.workers = options.workers,
                     .start_method = options.start_method,
                     .max_tasks_per_child = 1});
  fmt::print(
      "{} tasks; {} tasks for a worker each; {} workers by {}\n"
      "{:>5} {:>10} {:>9} {:>8} {:>8} {:>10} {:>12} {:>5} {:>9} {:>10} {:>10} "
      "{:>5}\n",
      options.tasks, options.replacements, options.workers,
      to_string(options.start_method), "part", "tasks", "replaced", "deaths",
      "seconds", "USS", "heap in use", "fds", "children", "workers", "servers",
      "fds");
  std::vector<Sample> samples;
  std::int64_t deaths = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (int part = 1; part <= kParts; ++part) {
    run_tasks(lasting, options.tasks / kParts);
    deaths += replace_workers(passing, options.replacements / kParts);
    samples.push_back(sample(lasting, passing));
    const Sample& now = samples.back();
    const std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - begun;
    fmt::print(
        "{:>5} {:>10} {:>9} {:>8} {:>8.1f} {:>10} {:>12} {:>5} {:>9} {:>10} "
        "{:>10} {:>5}\n",
        part, options.tasks / kParts * part,
        options.replacements / kParts * part, deaths, seconds.count(),
        to_string(now.uss), now.heap.count(), now.descriptors, now.children,
        to_string(now.workers_uss), to_string(now.server_uss),
        now.server_descriptors);
    std::fflush(stdout);
  }
  for (cow::Pool* pool : {&lasting, &passing}) {
    pool->close();
    pool->join();
  }
  const bool steady = judge(samples.front(), samples.back(), options.workers);
  if (steady) fmt::print("nothing grew\n");
  return steady ? 0 : 1;
}

[[noreturn]] void refuse(const char* flag, std::string_view given,
                         std::string_view expected) {
  fmt::print(stderr, "pool_soak: {} {}: expected {}\n", flag, given, expected);
  std::exit(2);
}

std::int64_t positive(const char* flag, const char* given) {
  char* end = nullptr;
  const long long value = std::strtoll(given, &end, 10);
  if (*end != '\0' || value < 1) refuse(flag, given, "a number above 0");
  return value;
}

cow::StartMethod method(const char* given) {
  for (const cow::StartMethod method :
       {cow::StartMethod::kFork, cow::StartMethod::kSpawn,
        cow::StartMethod::kForkServer}) {
    if (to_string(method) == given) return method;
  }
  refuse("--start-method", given, "fork, spawn or forkserver");
}

Options parse(int argc, char** argv) {
  const option flags[] = {{"tasks", required_argument, nullptr, 't'},
                          {"replacements", required_argument, nullptr, 'r'},
                          {"start-method", required_argument, nullptr, 's'},
                          {"workers", required_argument, nullptr, 'w'},
                          {nullptr, 0, nullptr, 0}};
  Options options;
  for (;;) {
    switch (::getopt_long(argc, argv, "", flags, nullptr)) {
      case -1:
        return options;
      case 't':
        options.tasks = positive("--tasks", optarg);
        break;
      case 'r':
        options.replacements = positive("--replacements", optarg);
        break;
      case 's':
        options.start_method = method(optarg);
        break;
      case 'w':
        options.workers = static_cast<int>(positive("--workers", optarg));
        break;
      default:
        std::exit(2);  // getopt has said why
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  cow::serve_if_spawned();
  try {
    return soak(parse(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "pool_soak: {}\n", error.what());
    return 1;
  }
}
