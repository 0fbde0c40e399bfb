// A pool in unusual surroundings: its variable of the environment holds
// something else, files may not grow, memory is short, its first worker is the
// init of a PID namespace, or the loader has started the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/os/reading.h"
#include "pool/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

const std::string kSuccess = "exit status 0";

class PoolInUnusualSurroundings : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, PoolInUnusualSurroundings, every_method(),
                         name_of_method);

TEST_P(PoolInUnusualSurroundings, IgnoresASpawnOrderThatIsNotItsOwn) {
  for (const char* order :
       {"", "rubbish", "0", "0 1 777 778 779", "1 1 777 778 778",
        "0 1 777 778 779 0", "-1 -1 -1 -1 -1", "0 1 0 1 2"}) {
    const ExitStatus end = in_a_child([&] {
      ::setenv("COW_SPAWNED", order, 1);
      serve_if_spawned();
      Pool pool(options(2));
      return works(pool) ? 7 : 1;  // a worker without a parent would give 0
    });
    EXPECT_EQ(to_string(end), "exit status 7") << '"' << order << '"';
  }
}

void set_limit(decltype(RLIMIT_AS) resource, rlim_t most) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  limit.rlim_cur = most;
  ::setrlimit(resource, &limit);
}

TEST_P(PoolInUnusualSurroundings, ReportsAFileSizeLimitAsAnError) {
  const ExitStatus end = in_a_child([&] {
    set_limit(RLIMIT_FSIZE, 0);
    if (GetParam() == StartMethod::kFork) {  // which needs no file
      Pool pool(options(2));
      return works(pool) ? 0 : 1;
    }
    const auto error = error_of<PoolError>([&] { Pool pool(options(2)); });
    return error.find("File too large") != std::string::npos ? 0 : 2;
  });
  EXPECT_EQ(to_string(end), kSuccess);
}

TEST(ForkServer, ReportsAPreloadAboveTheFileSizeLimit) {
  const ExitStatus end = in_a_child([] {
    set_limit(RLIMIT_FSIZE, 10'000);  // enough for all but the preload
    const auto error = error_of<PoolError>([] {
      Pool pool({.workers = 1,
                 .start_method = StartMethod::kForkServer,
                 .preload = {[](const std::string&) {},
                             std::string(std::size_t{1} << 20, 'x')}});
    });
    return error.find("File too large") != std::string::npos ? 0 : 1;
  });
  EXPECT_EQ(to_string(end), kSuccess);
}

// From now on this process gets at most so much more memory.
void limit_memory(Bytes more) {
  const auto status = read_file("/proc/self/status");
  const std::size_t size = status->find("VmSize:") + 7;
  set_limit(RLIMIT_AS, (std::strtoull(&status->at(size), nullptr, 10) << 10) +
                           more.size());
}

TEST_P(PoolInUnusualSurroundings, RefusesFarTooManyWorkersAtOnce) {
  const ExitStatus end = in_a_child([&] {
    limit_memory(64_MiB);
    const auto error =
        error_of<PoolError>([&] { Pool pool(options(INT_MAX)); });
    return error.find("0 of 2147483647 workers") != std::string::npos ? 0 : 1;
  });
  EXPECT_EQ(to_string(end), kSuccess);
}

// Results of so many bytes. The last is not read into its place piece by piece.
std::string make_text(std::size_t size) { return std::string(size, 'x'); }
std::vector<double> make_numbers(std::size_t size) {
  return std::vector<double>(size / sizeof(double));
}
std::vector<std::vector<double>> make_rows(std::size_t size) {
  return std::vector(2, make_numbers(size / 2));
}

template <typename Task>
bool error_says_memory(Pool& pool, Task task) {
  const auto error =
      error_of<PoolError>([&] { pool.apply(task, std::size_t{256} << 20); });
  return error.find("memory") != std::string::npos;
}

TEST_P(PoolInUnusualSurroundings, KeepsAWorkerWhoseResultIsTooLargeForMemory) {
  const ExitStatus end = in_a_child([&] {
    Pool pool(options(2));
    if (!works(pool)) return 1;
    const std::vector<pid_t> workers = pool.workers();
    limit_memory(64_MiB);
    if (!error_says_memory(pool, make_text)) return 2;
    if (!error_says_memory(pool, make_numbers)) return 3;
    if (!error_says_memory(pool, make_rows)) return 4;
    return works(pool) && pool.workers() == workers ? 0 : 5;
  });
  EXPECT_EQ(to_string(end), kSuccess);
}

constexpr int kNotPermitted = 77;

// From now on the children of this process are in a new PID namespace. The
// first is its init. When that ends, the others are killed, and it can be
// reaped only after them; then no more can be forked.
int put_children_in_a_pid_namespace() {
  const int user = ::getuid() == 0 ? 0 : CLONE_NEWUSER;
  return ::unshare(user | CLONE_NEWPID) == 0 ? 0 : kNotPermitted;
}

// Whether this process has no child left.
bool has_no_child() {
  return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

TEST_P(PoolInUnusualSurroundings, CanEndIfItsWorkerIsAnInitProcess) {
  for (const char* way : {"join", "terminate", "destroy"}) {
    const ExitStatus end = in_a_child([&] {
      if (const int code = put_children_in_a_pid_namespace()) return code;
      std::vector<Descriptor> workers;
      {
        Pool pool(options(3));
        if (!works(pool)) return 1;
        // A worker's parent is outside (0), or the fork server, the init (1).
        if (pool.map([](int) { return ::getppid(); }, numbers(9), 1) !=
            std::vector<pid_t>(9, GetParam() == StartMethod::kForkServer)) {
          return 2;
        }
        // The server's workers have ids of their namespace, which say nothing
        // here. But the server ends after them, so it is watched instead.
        workers =
            watch(pool.fork_server() == 0 ? pool.workers()
                                          : std::vector{pool.fork_server()});
        pool.close();
        if (*way == 'j') pool.join();
        if (*way == 't') pool.terminate();
      }
      if (!all_end(workers)) return 3;
      return has_no_child() ? 0 : 4;
    });
    if (end.code == kNotPermitted) GTEST_SKIP() << "no PID namespace for us";
    ASSERT_EQ(to_string(end), kSuccess) << way;
  }
}

// The loader of this program, ld.so(8); empty if it has none that we know of.
std::string find_loader() {
  std::string loader;
  const auto note_loader = [](dl_phdr_info* object, std::size_t, void* found) {
    if (object->dlpi_addr != 0 && object->dlpi_addr == ::getauxval(AT_BASE)) {
      *static_cast<std::string*>(found) = object->dlpi_name;
    }
    return 0;
  };
  ::dl_iterate_phdr(note_loader, &loader);
  return loader;
}

TEST(Spawn, WorksInAProgramThatTheLoaderHasStarted) {
  const std::string loader = find_loader();
  if (loader.empty()) GTEST_SKIP() << "this program was started without one";
  const Outcome outcome = run(
      {loader, program("pool_process_test"),
       "--gtest_filter=EveryStartMethod.GivesTheSameResultsInTheSameOrder/*"});
  EXPECT_EQ(to_string(outcome.status), kSuccess) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("3 tests from"));
}

}  // namespace
}  // namespace cow::testing
