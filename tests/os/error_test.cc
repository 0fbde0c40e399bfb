// System calls, checked. The calls here are lambdas that fail as told.
#include "cow/os/error.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <system_error>

/// An argument whose formatting is counted, and spoils errno.
struct Meddler {
  int* formatted;
};

template <>
struct fmt::formatter<Meddler> {
  static constexpr auto parse(format_parse_context& context) {
    return context.begin();
  }
  static auto format(const Meddler& meddler, format_context& context) {
    ++*meddler.formatted;
    errno = ENOMEM;
    return fmt::format_to(context.out(), "meddler");
  }
};

namespace cow {
namespace {

int fail(int error) {
  errno = error;
  return -1;
}

TEST(Retried, CallsAgainAfterAnInterrupt) {
  int calls = 0;
  const auto call = [&] { return ++calls < 3 ? fail(EINTR) : 5; };
  EXPECT_EQ(retried(call), 5);
  EXPECT_EQ(calls, 3);
}

TEST(Retried, LeavesOtherFailuresToItsCaller) {
  int calls = 0;
  const auto call = [&] { return ++calls, fail(ENOENT); };
  EXPECT_EQ(retried(call), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(calls, 1);
}

TEST(Retried, LooksAtErrnoOnlyWhenTheCallFails) {
  errno = EINTR;
  EXPECT_EQ(retried([] { return 0; }), 0);
}

TEST(Checked, CallsAgainAfterAnInterrupt) {
  int calls = 0;
  const auto call = [&] { return ++calls < 3 ? fail(EINTR) : 5; };
  EXPECT_EQ(checked(call, "call()"), 5);
  EXPECT_EQ(calls, 3);
}

TEST(Checked, ReturnsWhatTheCallReturned) {
  EXPECT_EQ(checked([] { return 0; }, "call()"), 0);
  EXPECT_EQ(checked([] { return 7L; }, "call()"), 7L);
}

TEST(Checked, NamesTheCallItsArgumentsAndTheError) {
  try {
    checked([] { return fail(EBADF); }, "frobnicate({}, {})", 3, "a path");
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
    EXPECT_EQ(error.what(), "frobnicate(3, a path): " +
                                std::generic_category().message(EBADF));
  }
}

TEST(Checked, ReportsAnErrorThatFollowsAnInterrupt) {
  int calls = 0;
  const auto call = [&] { return fail(++calls < 3 ? EINTR : EPIPE); };
  try {
    checked(call, "call()");
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EPIPE);
  }
  EXPECT_EQ(calls, 3);
}

TEST(Checked, KeepsTheErrorIfFormattingChangesErrno) {
  int formatted = 0;
  try {
    checked([] { return fail(EBADF); }, "call({})", Meddler{&formatted});
    FAIL() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EBADF);
  }
  EXPECT_EQ(formatted, 1);
}

TEST(Checked, FormatsNothingWhenTheCallSucceeds) {
  int formatted = 0;
  checked([] { return 0; }, "call({})", Meddler{&formatted});
  EXPECT_EQ(formatted, 0);
}

TEST(ThrowSystemError, CarriesTheErrorAndTheText) {
  try {
    throw_system_error(EACCES, "open(file)");
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EACCES);
    EXPECT_EQ(error.what(),
              "open(file): " + std::generic_category().message(EACCES));
  }
}

}  // namespace
}  // namespace cow
