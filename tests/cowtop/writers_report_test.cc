// What cowtop --writers prints of made-up results.
#include "cowtop/writers_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace cowtop {
namespace {

using cow::Pages;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

cow::WritersFound found_with(int writers) {
  cow::WritersFound found;
  found.with_kernel = true;
  found.with_symbols = true;
  for (int i = 0; i < writers; ++i) {
    cow::Writer writer;
    writer.function = "function_" + std::to_string(i);
    writer.file = "/usr/lib/library.so";
    writer.memory = "[heap]";
    writer.pages = Pages(10);
    writer.processes = {4711};
    found.writers.push_back(writer);
    found.inherited = found.inherited + writer.pages;
  }
  return found;
}

TEST(WritersReport, HasAtMostFifteenRowsAndTheSumOfTheRest) {
  const std::string table = to_table(found_with(20));
  EXPECT_THAT(table, AllOf(HasSubstr("5.0 %"), HasSubstr("function_14"),
                           Not(HasSubstr("function_15")), HasSubstr("5 more"),
                           HasSubstr("25.0 %"), HasSubstr("library.so"),
                           HasSubstr("PID 4711")));
  EXPECT_EQ(nlohmann::json::parse(to_json(found_with(20)))["writers"].size(),
            20U);
}

TEST(WritersReport, SaysHowManyRecordsWereLost) {
  cow::WritersFound found = found_with(1);
  EXPECT_THAT(to_table(found),
              AllOf(HasSubstr("Lost records: 0"), Not(HasSubstr("were lost"))));
  found.lost = 448;
  EXPECT_THAT(to_table(found), HasSubstr("448 records were lost"));
  EXPECT_EQ(nlohmann::json::parse(to_json(found))["lost"], 448);
}

TEST(WritersReport, SaysWhatWasNotRecorded) {
  cow::WritersFound found = found_with(1);
  EXPECT_THAT(nlohmann::json::parse(to_json(found))["notes"],
              ::testing::IsEmpty());
  found.with_kernel = false;
  EXPECT_THAT(to_table(found), HasSubstr("read(2)"));
  found.with_symbols = false;
  EXPECT_THAT(to_table(found), HasSubstr("without libdw"));
}

TEST(WritersReport, ShowsAnAddressInPlaceOfASymbol) {
  cow::WritersFound found = found_with(1);
  found.writers[0].function = "";
  found.writers[0].offset = 0x12;
  EXPECT_THAT(to_table(found),
              AllOf(HasSubstr("no symbol"), HasSubstr("library.so+0x12")));
  const auto writer = nlohmann::json::parse(to_json(found))["writers"][0];
  EXPECT_FALSE(writer.contains("function"));
  EXPECT_EQ(writer["offset"], 0x12);
}

TEST(WritersReport, HasNoTableIfNothingWasRecorded) {
  EXPECT_THAT(to_table(found_with(0)), Not(HasSubstr("share")));
}

}  // namespace
}  // namespace cowtop
