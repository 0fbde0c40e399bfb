// Figures of a moment, and the base that is taken off them.
#include "cow/lesson/moment.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

namespace cow {
namespace {

using Values = std::vector<std::int64_t>;

// Figures in bytes, small enough to be added up by eye.
Process process(int rss_size, int pss_size, int uss_size, int anonymous,
                int pss_file) {
  Process process;
  process.usage.rss = Bytes(rss_size);
  process.usage.pss = Bytes(pss_size);
  process.usage.private_dirty = Bytes(uss_size - 1);
  process.usage.private_clean = Bytes(1);
  process.usage.anonymous = Bytes(anonymous);
  process.usage.pss_file = Bytes(pss_file);
  process.peak_rss = Bytes(rss_size + 5);
  process.page_tables = Bytes(7);
  return process;
}

Moment nothing() {
  Moment moment;
  moment.name = kOverNothing;
  moment.parent = process(100, 50, 10, 60, 20);
  moment.workers = {process(80, 40, 5, 50, 15), process(82, 41, 6, 52, 14)};
  moment.to_workers = Bytes(300);
  return moment;
}

Moment held() {
  Moment moment;
  moment.name = "held";
  moment.parent = process(1100, 400, 11, 1055, 30);
  moment.workers = {process(1080, 390, 7, 1045, 25),
                    process(1090, 380, 8, 1050, 24)};
  moment.to_workers = Bytes(5000);
  moment.right_results = 2;
  moment.nothing = std::make_shared<const Moment>(nothing());
  return moment;
}

TEST(Moment, ReadsEachQuantityFromItsOwnField) {
  const Moment moment = held();
  EXPECT_EQ(moment.each_worker(rss).values, (Values{1080, 1090}));
  EXPECT_EQ(moment.each_worker(pss).values, (Values{390, 380}));
  EXPECT_EQ(moment.each_worker(uss).values, (Values{7, 8}));
  EXPECT_EQ(moment.each_worker(peak_rss).values, (Values{1085, 1095}));
  EXPECT_EQ(moment.each_worker(page_tables).values, (Values{7, 7}));
  EXPECT_EQ(moment.total(rss).values, Values{1100 + 1080 + 1090});
  EXPECT_EQ(moment.total(pss).values, Values{400 + 390 + 380});
  EXPECT_EQ(moment.pipe_bytes().values, Values{5000});
  EXPECT_EQ(moment.results().values, Values{2});
}

TEST(Moment, FindsAFigureByItsName) {
  const Moment moment = held();
  for (const Figure& figure :
       {moment.each_worker(uss), moment.total(pss), moment.each_worker(rss),
        moment.each_worker(peak_rss), moment.pipe_bytes(), moment.results()}) {
    ASSERT_TRUE(moment.figure(figure.what)) << figure.what;
    EXPECT_EQ(moment.figure(figure.what)->values, figure.values) << figure.what;
  }
  EXPECT_FALSE(moment.figure("worker bananas"));
  EXPECT_FALSE(moment.figure(moment.counted("bananas", {3}).what));
}

TEST(Moment, HasFiguresOfTheParent) {
  const Moment moment = held();
  EXPECT_EQ(moment.of_parent(pss).values, Values{400});
  EXPECT_EQ(moment.figure("parent pss")->values, Values{400});
  EXPECT_EQ(moment.base_of("parent uss"), moment.base_of_parent(uss).value());
}

TEST(Moment, CountsTheForkServerAmongAllProcesses) {
  Moment moment = held();
  const std::int64_t before = moment.total(rss).values[0];
  moment.server = moment.parent;
  EXPECT_EQ(moment.total(rss).values[0], before + 1100);
}

TEST(Base, IsTheLargestFigureOfAWorkerWithoutData) {
  EXPECT_EQ(held().base(uss).value(), 6);
}

TEST(Base, AddsTheFilePagesOfThePoolWithData) {
  // Anonymous memory over nothing: 52. File pages now: 1090 - 1050, not 82
  // - 52.
  EXPECT_EQ(held().base(rss).value(), 52 + 40);
  // The same of the peak over nothing: 87 - (82 - 52).
  EXPECT_EQ(held().base(peak_rss).value(), 57 + 40);
  // PSS without files over nothing: 41 - 14. Files now: 25.
  EXPECT_EQ(held().base(pss).value(), 27 + 25);
}

TEST(BaseOfTheSum, IsTheSumOfParentAndWorkers) {
  EXPECT_EQ(held().sum_of_bases(uss).value(), 10 + 5 + 6);
  EXPECT_EQ(held().sum_of_bases(pss).value(),
            (50 - 20) + (40 - 15) + (41 - 14) + 30 + 25 + 24);
  EXPECT_EQ(held().sum_of_bases(pss).text(), "Σb_pss");
}

TEST(Base, IsFoundByTheNameOfItsFigure) {
  const Moment moment = held();
  EXPECT_EQ(moment.base_of("worker uss"), moment.base(uss).value());
  EXPECT_EQ(moment.base_of("total pss"), moment.sum_of_bases(pss).value());
  EXPECT_EQ(moment.base_of("to_workers"), 300);
  EXPECT_EQ(moment.base_of("results"), 0);
}

}  // namespace
}  // namespace cow
