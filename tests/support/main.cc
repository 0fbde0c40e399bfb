// main of every test program: GoogleTest, and a check at the end that nothing
// was left behind.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/leaks.h"

namespace {

using cow::testing::Holdings;

class LeakCheck : public testing::Environment {
 public:
  void SetUp() override { before_ = cow::testing::holdings(); }
  void TearDown() override {
    const std::string leaks = cow::testing::leaks_since(before_);
    if (!leaks.empty()) ADD_FAILURE() << leaks;
  }

 private:
  Holdings before_;
};

// Writes why a test was skipped where COWPOOL_SKIPPED says, so that a run of
// the whole suite can end with the list.
class SkipReport : public testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult& result) override {
    const char* path = std::getenv("COWPOOL_SKIPPED");
    if (!result.skipped() || path == nullptr) return;
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::ofstream(path, std::ios::app)
        << "skipped  " << test->test_suite_name() << "." << test->name() << ": "
        << result.message() << "\n";
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new LeakCheck);
  testing::UnitTest::GetInstance()->listeners().Append(new SkipReport);
  return RUN_ALL_TESTS();
}
