// main of every test program: GoogleTest, and a check at the end that nothing
// was left behind.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "cow/pool/spawn.h"
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
  // Kept here: GoogleTest holds a lock while it reports a result, and asking
  // it then which test is running would wait for that lock for ever.
  void OnTestStart(const testing::TestInfo& test) override {
    name_ = std::string(test.test_suite_name()) + "." + test.name();
  }
  void OnTestPartResult(const testing::TestPartResult& result) override {
    const char* path = std::getenv("COWPOOL_SKIPPED");
    if (!result.skipped() || path == nullptr) return;
    std::ofstream(path, std::ios::app)
        << "skipped  " << name_ << ": " << result.message() << "\n";
  }

  std::string name_;
};

}  // namespace

int main(int argc, char** argv) {
  cow::serve_if_spawned();
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new LeakCheck);
  testing::UnitTest::GetInstance()->listeners().Append(new SkipReport);
  return RUN_ALL_TESTS();
}
