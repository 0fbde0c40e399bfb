// The offset of a function in another process that runs the same program.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "cow/os/program.h"
#include "support/programs.h"

namespace cow {
namespace {

constexpr const char* kOnlyPrint = "COWPOOL_TEST_PRINT_OFFSET";

void some_task() {}

// Runs itself a second time: the loader puts the program elsewhere there, if
// the machine randomizes addresses.
TEST(ProgramOffset, IsTheSameInEveryProcessOfTheProgram) {
  const std::string line =
      "offset=" + std::to_string(program_offset(some_task)) + "\n";
  if (std::getenv(kOnlyPrint) != nullptr) {
    std::cout << line;
    return;
  }
  const testing::Outcome outcome = testing::run(
      {"/proc/self/exe",
       "--gtest_filter=ProgramOffset.IsTheSameInEveryProcessOfTheProgram"},
      [] { ::setenv(kOnlyPrint, "1", 1); });
  EXPECT_TRUE(outcome.status.success()) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find(line), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace cow
