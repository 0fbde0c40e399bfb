// Standard input and output, which a program and its tasks share.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pool/support.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

class Streams : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, Streams, every_method(), name_of_method);

// How often `line` is in `text`.
int count(const std::string& text, const std::string& line) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(line, at)) != std::string::npos;
       ++at) {
    ++found;
  }
  return found;
}

// Each line is printed in one piece. In pieces, lines of other processes could
// come between, where there is no buffer.
void print(const std::string& what) {
  std::printf("printf %s\n", what.c_str());
  std::cout << "cout " + what + '\n';
  std::clog << "clog " + what + '\n';
}
constexpr std::array kWays{"printf ", "cout ", "clog "};
bool has_once(const std::string& text, const std::string& what) {
  for (const std::string way : kWays) {
    if (count(text, way + what + '\n') != 1) return false;
  }
  return true;
}

int print_in_task(int i) {
  print("in task " + std::to_string(i));
  if (i == 2) throw std::runtime_error("but printed");
  return i;
}

void give_cout_its_own_buffer() { std::ios::sync_with_stdio(false); }

// The body of a process whose output, with that of its workers, goes to a file.
int print_to(const std::string& path, PoolOptions options) {
  if (std::freopen(path.c_str(), "a", stdout) == nullptr) return 4;
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  print("before");
  {
    Pool pool(std::move(options));
    print("between");
    try {
      pool.map(print_in_task, numbers(4), 1);
      return 1;
    } catch (const TaskError&) {
    }
    works(pool);  // so all tasks have ended, in whatever order they were begun
    for (int i = 0; i < 4; ++i) {
      if (!has_once(*read_file(path), "in task " + std::to_string(i))) return 2;
    }
    pool.apply(print, std::string("last"));
  }
  return has_once(*read_file(path), "last") ? 0 : 3;
}

TEST_P(Streams, TheOutputOfATaskAppearsOnce) {
  for (const bool synchronized : {true, false}) {
    const TemporaryFolder folder;
    const std::string path = folder.path() / "output";
    const ExitStatus end = in_a_child([&] {
      if (synchronized) return print_to(path, options(2));
      give_cout_its_own_buffer();
      return print_to(path, options(2, give_cout_its_own_buffer));
    });
    const std::string text = *read_file(path);
    EXPECT_EQ(to_string(end), "exit status 0") << text;
    for (const char* what : {"before", "between", "in task 0", "in task 1",
                             "in task 2", "in task 3", "last"}) {
      EXPECT_TRUE(has_once(text, what)) << what << " in:\n" << text;
    }
  }
}

// What a task can read of standard input, by C, C++ and system calls.
std::string read_all_input(int /*i*/) {
  std::string text;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) text += char(c);
  std::cin.clear();
  for (int c = std::cin.get(); c != EOF; c = std::cin.get()) text += char(c);
  std::array<char, 100> more{};
  const ssize_t got = ::read(STDIN_FILENO, more.data(), more.size());
  if (got != 0) text += "more";
  return text;
}

std::string next_line(bool by_cin) {
  std::string line;
  if (by_cin) {
    std::getline(std::cin, line);
  } else {
    std::array<char, 100> part{};
    if (std::fgets(part.data(), part.size(), stdin) != nullptr) {
      line = part.data();
      line.pop_back();
    }
  }
  return line;
}

int read_beside_tasks(const Pipe& input, bool by_cin, PoolOptions options) {
  ::dup2(input.reader.get(), STDIN_FILENO);
  const auto write = [&](const std::string& text) {
    write_fully(input.writer.get(), text.data(), text.size());
  };
  write("first\nsecond\n");
  if (next_line(by_cin) != "first") return 1;  // this reads ahead
  Pool pool(std::move(options));
  write("third\n");
  const std::vector<std::string> nothing(4);
  if (pool.map(read_all_input, numbers(4), 1) != nothing) return 2;
  if (next_line(by_cin) != "second") return 3;
  if (next_line(by_cin) != "third") return 4;
  return 0;
}

TEST_P(Streams, StandardInputIsEmptyInATask) {
  for (const bool by_cin : {false, true}) {
    const Pipe input = make_pipe();
    const ExitStatus end = in_a_child([&] {
      if (by_cin) std::ios::sync_with_stdio(false);
      return read_beside_tasks(input, by_cin, options(2));
    });
    EXPECT_EQ(to_string(end), "exit status 0") << (by_cin ? "cin" : "stdin");
  }
}

int open_something(int /*item*/) { return ::open("/dev/null", O_RDONLY); }

TEST_P(Streams, KeepDescriptorZeroReservedIfStandardInputWasClosed) {
  const ExitStatus end = in_a_child([&] {
    ::close(STDIN_FILENO);
    Pool pool(options(1));
    return pool.apply(open_something, 0) > STDERR_FILENO ? 0 : 1;
  });
  EXPECT_EQ(to_string(end), "exit status 0");
}

int print_and_return(int i) {
  std::cout << i << std::endl;
  return i;
}

// By fork: other workers do not have the program's std::cout.
TEST(StreamsOfAFork, HarmNoTaskIfTheyThrowWhenFlushed) {
  const ExitStatus end = in_a_child([&] {
    const Descriptor full(::open("/dev/full", O_WRONLY));
    ::dup2(full.get(), STDOUT_FILENO);
    std::ios::sync_with_stdio(false);
    Pool pool({.workers = 2});
    if (pool.map(print_and_return, numbers(4), 1) != numbers(4)) return 1;
    std::cout.exceptions(std::ios::badbit);
    std::cout << "something to be flushed";
    Pool other({.workers = 2});
    return other.map(same, numbers(4), 1) == numbers(4) ? 0 : 2;
  });
  EXPECT_EQ(to_string(end), "exit status 0");
}

}  // namespace
}  // namespace cow::testing
