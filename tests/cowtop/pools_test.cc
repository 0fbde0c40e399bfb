// The pools of the lessons, parked as the lessons park them, and what is said
// about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cow/lesson/rendezvous.h"
#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "cowtop/print.h"
#include "cowtop/watch.h"
#include "memory/sanitizers.h"

namespace cowtop {
namespace {

using cow::StartMethod;
using ::testing::HasSubstr;

constexpr int kWorkers = 3;
constexpr std::int64_t kNumbers = (64 << 20) / 8;

using Numbers = std::shared_ptr<const Eigen::VectorXd>;
using Doubles = std::vector<std::shared_ptr<double>>;

Numbers ones() {
  return std::make_shared<const Eigen::VectorXd>(
      Eigen::VectorXd::Ones(kNumbers));
}

Numbers numbers;  // the global of lesson 04
Doubles counted;  // that of lesson 09

void set(const Numbers& sent) { numbers = sent; }
void build(int) { numbers = ones(); }

double read_global(int) {
  const double mean = numbers->mean();
  cow::wait_to_be_measured();
  return mean;
}

double read_item(const std::pair<Numbers, int>& item) {
  const double mean = item.first->mean();
  cow::wait_to_be_measured();
  return mean;
}

// Copies of shared_ptr count references, in the objects.
double count_references(int) {
  double sum = 0;
  for (auto copy : counted) sum += *copy;  // NOLINT: the copy is what matters
  cow::wait_to_be_measured();
  return sum;
}

class PoolDiagnosis : public ::testing::Test {
 protected:
  void SetUp() override {
    if (cow::testing::kAddressSanitizer || cow::testing::kThreadSanitizer) {
      GTEST_SKIP() << "a sanitizer's memory is larger than the data";
    }
  }
  void TearDown() override {
    numbers = nullptr;
    counted.clear();
  }

  // Looks when every worker holds its task, and lets them go on.
  template <typename Work>
  Diagnosis look(Work work) {
    std::set<pid_t> arrived;
    while (arrived.size() < kWorkers &&
           work.wait_readable(rendezvous_.descriptor())) {
      for (const pid_t pid : rendezvous_.take_arrivals()) arrived.insert(pid);
    }
    const Diagnosis diagnosis = Watch(::getpid()).look().diagnosis;
    rendezvous_.open();
    work.wait();
    return diagnosis;
  }

  const std::vector<int> items_{0, 1, 2};

 private:
  cow::Rendezvous rendezvous_;
};

TEST_F(PoolDiagnosis, SaysCopiesIfItemsCarryTheData) {
  const Numbers self = ones();
  std::vector<std::pair<Numbers, int>> items;
  for (const int i : items_) items.emplace_back(self, i);
  cow::Pool pool({.workers = kWorkers});
  const Diagnosis said = look(pool.map_async(read_item, items, 1));
  EXPECT_EQ(said.kind, Kind::kCopies) << ::testing::PrintToString(said);
  EXPECT_THAT(said.sentence, HasSubstr("about 64."));
}

TEST_F(PoolDiagnosis, SaysSharedIfTheDataIsGlobal) {
  numbers = ones();
  cow::Pool pool({.workers = kWorkers});
  const Diagnosis said = look(pool.map_async(read_global, items_, 1));
  EXPECT_EQ(said.kind, Kind::kShared) << ::testing::PrintToString(said);
  EXPECT_THAT(said.sentence, HasSubstr("About 6"));
}

TEST_F(PoolDiagnosis, SaysDirtyingIfWorkersCountReferences) {
  for (int i = 0; i < 1'000'000; ++i) {
    counted.push_back(std::make_shared<double>(i));
  }
  cow::Pool pool({.workers = kWorkers});
  const Diagnosis said = look(pool.map_async(count_references, items_, 1));
  EXPECT_EQ(said.kind, Kind::kDirtying) << ::testing::PrintToString(said);
  EXPECT_THAT(said.sentence, HasSubstr("About 30."));  // 32 bytes each
}

TEST_F(PoolDiagnosis, SaysUnrelatedIfWorkersAreSpawned) {
  numbers = ones();
  cow::PoolOptions options{.workers = kWorkers,
                           .start_method = StartMethod::kSpawn};
  options.initializer = {set, numbers};
  cow::Pool pool(options);
  const Diagnosis said = look(pool.map_async(read_global, items_, 1));
  EXPECT_EQ(said.kind, Kind::kUnrelated) << ::testing::PrintToString(said);
  EXPECT_THAT(said.sentence, HasSubstr("each of 3 processes has about 6"));
}

TEST_F(PoolDiagnosis, SaysSharedIfTheForkServerPreloadsTheData) {
  cow::PoolOptions options{.workers = kWorkers,
                           .start_method = StartMethod::kForkServer};
  options.preload = {build, 0};
  cow::Pool pool(options);
  const Diagnosis said = look(pool.map_async(read_global, items_, 1));
  EXPECT_EQ(said.kind, Kind::kShared) << ::testing::PrintToString(said);
}

TEST_F(PoolDiagnosis, SaysCopiesIfForkServerWorkersAreSentData) {
  numbers = ones();
  cow::PoolOptions options{.workers = kWorkers,
                           .start_method = StartMethod::kForkServer};
  options.initializer = {set, numbers};
  cow::Pool pool(options);
  const Diagnosis said = look(pool.map_async(read_global, items_, 1));
  EXPECT_EQ(said.kind, Kind::kCopies) << ::testing::PrintToString(said);
}

}  // namespace
}  // namespace cowtop
