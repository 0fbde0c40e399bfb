// Functions as offsets into the program.
#include "cow/os/program.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <stdexcept>

namespace cow {
namespace {

using ::testing::HasSubstr;

int add_one(int number) { return number + 1; }
int add_two(int number) { return number + 2; }
int some_data = 1;

AnyFunction any(int (*function)(int)) {
  return reinterpret_cast<AnyFunction>(function);
}

// Where this program begins in memory.
std::uint64_t base() {
  return std::bit_cast<std::uint64_t>(&add_one) - program_offset(any(add_one));
}

TEST(ProgramOffset, LeadsBackToTheFunction) {
  const AnyFunction found = program_function(program_offset(any(add_one)));
  EXPECT_EQ(found, any(add_one));
  EXPECT_EQ(reinterpret_cast<int (*)(int)>(found)(41), 42);
}

TEST(ProgramOffset, TellsFunctionsApart) {
  EXPECT_NE(program_offset(any(add_one)), program_offset(any(add_two)));
  EXPECT_EQ(base(), std::bit_cast<std::uint64_t>(&add_two) -
                        program_offset(any(add_two)));
}

TEST(ProgramOffset, LeadsBackToALambdaWithoutCaptures) {
  int (*const lambda)(int) = [](int number) { return number * 2; };
  const AnyFunction found = program_function(program_offset(any(lambda)));
  EXPECT_EQ(reinterpret_cast<int (*)(int)>(found)(21), 42);
}

// A function of a shared library; null if there is none. (Not puts:
// AddressSanitizer has one of its own in the program.)
AnyFunction library_function() {
  return std::bit_cast<AnyFunction>(::dlsym(RTLD_DEFAULT, "getppid"));
}

TEST(ProgramOffset, LeadsBackToAFunctionOfALibrary) {
  const AnyFunction function = library_function();
  if (function == nullptr) GTEST_SKIP() << "there are no shared libraries";
  EXPECT_EQ(program_function(program_offset(function)), function);
}

TEST(ProgramFunction, IsRefusedIfAnotherLibraryLiesAtTheSameAddress) {
  const AnyFunction function = library_function();
  if (function == nullptr) GTEST_SKIP() << "there are no shared libraries";
  const std::uint64_t offset = program_offset(function);
  for (int bit = 48; bit < 64; ++bit) {
    try {
      program_function(offset ^ std::uint64_t{1} << bit);
      FAIL() << "nothing was thrown for bit " << bit;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), HasSubstr("a shared library"));
    }
  }
}

TEST(ProgramOffset, RefusesANullPointer) {
  EXPECT_THROW(program_offset(nullptr), std::invalid_argument);
}

TEST(ProgramFunction, IsRefusedAtABadOffset) {
  for (const std::uint64_t offset :
       {UINT64_MAX, UINT64_MAX / 2, std::uint64_t{1} << 46}) {
    EXPECT_THROW(program_function(offset), std::invalid_argument) << offset;
  }
  try {
    program_function(0xABCDEF0123456789);
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("0xabcdef0123456789"));
  }
}

TEST(ProgramFunction, IsRefusedAtTheOffsetOfData) {
  const auto data = std::bit_cast<std::uint64_t>(&some_data) - base();
  EXPECT_THROW(program_function(data), std::invalid_argument);
}

}  // namespace
}  // namespace cow
