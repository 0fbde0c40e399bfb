// What cowtop says of real CPython programs, each parked with its workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cow/lesson/twin.h"
#include "cowtop/parked_program.h"
#include "support/programs.h"

namespace cowtop {
namespace {

using cow::testing::Outcome;
using cow::testing::program;
using testing::ParkedProgram;

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kData = 64 * kMiB;
constexpr int kWorkers = 3;

// What an interpreter has beside the data: 2 MiB that each worker takes, up to
// 16 that it inherits from a parent with numpy.
constexpr std::int64_t kPrivate = 4 * kMiB;
constexpr std::int64_t kInherited = 32 * kMiB;

struct Case {
  const char* name;  ///< of the program
  const char* more;  ///< a third argument, or ""
  const char* kind;  ///< what has to be said
  std::int64_t low;  ///< and the amount that is named
  std::int64_t high;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name << " " << one.more;
}

// "64.3 MiB" in a sentence, as bytes.
std::int64_t amount_in(const std::string& sentence) {
  const std::size_t unit = sentence.find(" MiB");
  if (unit == sentence.npos) return -1;
  const std::size_t begin = sentence.rfind(' ', unit - 1) + 1;
  return static_cast<std::int64_t>(
      std::stod(sentence.substr(begin, unit - begin)) * kMiB);
}

nlohmann::json look_at(pid_t pid) {
  const Outcome outcome =
      cow::testing::run({program("cowtop"), "--json", std::to_string(pid)});
  EXPECT_EQ(outcome.status.code, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out);
}

class PythonDiagnosis : public ::testing::Test {
 protected:
  void SetUp() override {
    const cow::Reading<std::string> found = cow::find_python();
    if (!found) GTEST_SKIP() << found.reason();
    python_ = *found;
  }

  std::string python_;
};

class Python : public PythonDiagnosis,
               public ::testing::WithParamInterface<Case> {};

TEST_P(Python, IsDiagnosedAsExpected) {
  const Case& expected = GetParam();
  std::vector<std::string> arguments{std::to_string(kData),
                                     std::to_string(kWorkers)};
  if (*expected.more != '\0') arguments.emplace_back(expected.more);
  const ParkedProgram parked(python_, expected.name, arguments);
  const auto json = look_at(parked.pid());
  const auto& diagnosis = json.at("diagnosis");
  const std::string sentence = diagnosis.at("sentence");
  EXPECT_EQ(diagnosis.at("kind"), expected.kind) << diagnosis.dump(2);
  EXPECT_GE(amount_in(sentence), expected.low) << sentence;
  EXPECT_LE(amount_in(sentence), expected.high) << sentence;
}

// Of float_list.py: 32 bytes an object, and 48 of the 16,384 of a pool are
// pymalloc's. Of collector.py: 64 of every 72 bytes are objects; the rest are
// the pointers of the list, which stay shared.
constexpr std::int64_t kLists = kData / 72 * 64;

INSTANTIATE_TEST_SUITE_P(
    Programs, Python,
    ::testing::Values(
        Case{"pass_self", "", "copies", kData, kData + kPrivate},
        Case{"bound_method", "", "copies", kData, kData + kPrivate},
        Case{"global_data", "", "shared", kData, kData + kInherited},
        Case{"float_list", "", "dirtying", kData, kData + kPrivate},
        Case{"collector", "", "dirtying", kLists, kLists + 2 * kPrivate},
        Case{"collector", "freeze", "shared", kData, kData + kInherited},
        Case{"spawn", "", "unrelated", kData, kData + 4 * kPrivate},
        Case{"fork_server", "", "copies", kData, kData + kPrivate},
        Case{"fork_server", "preload", "shared", kData, kData + kInherited},
        Case{"shared_memory", "fork", "shared", kData, kData},
        Case{"shared_memory", "spawn", "shared", kData, kData}),
    [](const auto& one) {
      return std::string(one.param.name) +
             (*one.param.more == '\0' ? "" : "_") + one.param.more;
    });

// Lists of less than a page: whoever has nothing to lose is not accused.
TEST_F(PythonDiagnosis, SaysSharedOrUnknownIfThereIsNoData) {
  const ParkedProgram parked(python_, "pass_self",
                             {"1000", std::to_string(kWorkers)});
  const auto diagnosis = look_at(parked.pid()).at("diagnosis");
  EXPECT_THAT(diagnosis.at("kind"), ::testing::AnyOf("shared", "unknown"))
      << diagnosis.dump(2);
}

// The parent and its workers each make an array of the same size, after the
// fork: it lies at the same addresses in all of them.
TEST_F(PythonDiagnosis, SaysCopiesOrUnknownIfAllMakeTheSameData) {
  const ParkedProgram parked(python_, "alike",
                             {std::to_string(kData), std::to_string(kWorkers)});
  const auto diagnosis = look_at(parked.pid()).at("diagnosis");
  EXPECT_THAT(diagnosis.at("kind"), ::testing::AnyOf("copies", "unknown"))
      << diagnosis.dump(2);
}

// What `cowtop --why` says of changing.py.
struct Change {
  const char* name;    ///< the program's case
  const char* change;  ///< that most of the copied pages have
  const char* type;    ///< whose objects most of them hold; "" for none
  const char* or_change = nullptr;  ///< of newer versions
};

void PrintTo(const Change& one, std::ostream* out) { *out << one.name; }

class PythonWhy : public PythonDiagnosis,
                  public ::testing::WithParamInterface<Change> {};

TEST_P(PythonWhy, NamesTheChangeAndTheType) {
  const Change& expected = GetParam();
  const ParkedProgram parked(
      python_, "changing",
      {std::to_string(kData), std::to_string(1), expected.name});
  const Outcome outcome = cow::testing::run(
      {program("cowtop"), "--json", "--why", std::to_string(parked.pid())});
  const auto why = nlohmann::json::parse(outcome.out).at("why");
  const auto least = [](const nlohmann::json& bytes, double share) {
    return share * bytes.get<double>();
  };
  ASSERT_TRUE(why.contains("compared")) << why.dump(2);
  EXPECT_GE(why.at("compared"), least(kData, 0.7));
  std::int64_t changed = why.at(expected.change);
  if (expected.or_change != nullptr) {
    changed = std::max<std::int64_t>(changed, why.at(expected.or_change));
  }
  EXPECT_GE(changed, least(why.at("compared"), 0.85)) << why.dump(2);
  const auto& type = why.at("types").at(0);
  EXPECT_EQ(type.at("name"), expected.type) << why.dump(2);
  EXPECT_GE(type.at("bytes"), least(why.at("compared"), 0.7));
}

INSTANTIATE_TEST_SUITE_P(
    Programs, PythonWhy,
    ::testing::Values(Change{"float_loop", "identical", "float"},
                      Change{"float_kept", "counts", "float"},
                      Change{"lists_collected", "identical", "list"},
                      Change{"instances_collected", "identical", "Node"},
                      // 3.13 sorts them in another order.
                      Change{"instances_sorted", "heads", "Node", "identical"},
                      Change{"str_hashed", "hashes", "str"},
                      Change{"dict_values", "data", ""},
                      Change{"numpy_written", "data", ""},
                      Change{"numpy_same", "identical", ""}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace cowtop
