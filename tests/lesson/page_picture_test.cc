#include "cow/lesson/page_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cow {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(PageRows, AreOrderedByThePartThatEachWorkerHasWritten) {
  std::vector<PageRow> rows{
      {"", {2, 2, 0}}, {"", {0, 0, 1}}, {"", {0, 1, 0}}, {"", {1, 0, 0}}};
  name_processes(rows);
  std::vector<std::pair<std::string, std::vector<std::uint8_t>>> named;
  for (const PageRow& row : rows) named.emplace_back(row.label, row.pages);
  EXPECT_THAT(named, ElementsAre(Pair("parent", ElementsAre(2, 2, 0)),
                                 Pair("worker 1", ElementsAre(1, 0, 0)),
                                 Pair("worker 2", ElementsAre(0, 1, 0)),
                                 Pair("worker 3", ElementsAre(0, 0, 1))));
}

TEST(PagePicture, HasTintsForLightAndDarkPages) {
  EXPECT_EQ(pale("#000000"), "#999999");
  EXPECT_EQ(pale("#ffFFff"), "#FFFFFF");
  EXPECT_EQ(dim("#ffffff"), "#737577");
  EXPECT_EQ(dim("#16191d"), "#16191D");
  EXPECT_THROW(pale("blue"), std::invalid_argument);
}

}  // namespace
}  // namespace cow
