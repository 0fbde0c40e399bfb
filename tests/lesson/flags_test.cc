// The command line: what is taken, and the one sentence for what is not.
#include "cow/lesson/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string complaint(const std::vector<std::string>& arguments) {
  try {
    parse_flags(arguments);
  } catch (const BadUsage& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(Flags, HaveTheDocumentedDefaults) {
  const Flags flags = parse_flags({});
  EXPECT_EQ(flags.data, 64_MiB);
  EXPECT_EQ(flags.workers, 4);
  EXPECT_EQ(flags.items, 4);
  EXPECT_EQ(flags.json, "");
  EXPECT_FALSE(flags.help);
}

TEST(FullScale, UsesTheSizeInTheQuestion) {
  const Flags flags = parse_flags({"--full-scale"});
  EXPECT_EQ(flags.data, Bytes(800'000'000));
  EXPECT_EQ(flags.workers, 10);
  EXPECT_EQ(flags.items, 10);
}

TEST(ShareFlag, IsOnlyForLessonsThatDraw) {
  Options options;
  options.share = 0.01;
  EXPECT_EQ(parse_flags({}, options).share, 0.01);
  EXPECT_EQ(parse_flags({}, options).seed, 1);
  const Flags flags = parse_flags({"--share", "0.5", "--seed", "7"}, options);
  EXPECT_EQ(flags.share, 0.5);
  EXPECT_EQ(flags.seed, 7);
  EXPECT_THAT(complaint({"--share", "0.5"}), HasSubstr("no such flag"));
}

TEST(FullScale, IsOverriddenByOtherFlags) {
  const Flags flags = parse_flags({"--workers", "3", "--full-scale"});
  EXPECT_EQ(flags.data, Bytes(800'000'000));
  EXPECT_EQ(flags.workers, 3);
  EXPECT_EQ(flags.items, 3);
}

TEST(Flags, DefaultToAsManyItemsAsWorkers) {
  EXPECT_EQ(parse_flags({"--workers", "7"}).items, 7);
  EXPECT_EQ(parse_flags({"--workers", "7", "--items", "9"}).items, 9);
}

TEST(Flags, TakeSizesInAllUnits) {
  const auto size = [](const std::string& text) {
    return parse_flags({"--data", text}).data;
  };
  EXPECT_EQ(size("67108864"), 64_MiB);
  EXPECT_EQ(size("64MiB"), 64_MiB);
  EXPECT_EQ(size("64mib"), 64_MiB);
  EXPECT_EQ(size("64 MiB "), 64_MiB);
  EXPECT_EQ(size("64Mi"), 64_MiB);
  EXPECT_EQ(size("800MB"), Bytes(800'000'000));
  EXPECT_EQ(size("800M"), Bytes(800'000'000));
  EXPECT_EQ(size("800000k"), Bytes(800'000'000));
  EXPECT_EQ(size("1.5GiB"), 1536_MiB);
  EXPECT_EQ(size("5TiB"), 5 * 1024_GiB);
  EXPECT_EQ(size("4MiB"), 4_MiB);
  EXPECT_EQ(size("4194304TiB"), Bytes(std::int64_t{1} << 62));
}

TEST(Flags, RefuseBadSizesInOneSentence) {
  for (const char* text : {"0", "banana", "-3", "4194303", "64XiB", "64 MiB x",
                           "64 M iB", "1.5.5MiB", "MiB", "1e3MiB", "nan", "inf",
                           "99999999999999999999", "4194305TiB", "0x10MiB"}) {
    EXPECT_THAT(complaint({"--data", text}),
                AllOf(HasSubstr(std::string("--data ") + text),
                      HasSubstr("expected a size of at least 4.0 MiB"),
                      Not(HasSubstr("\n"))));
  }
}

TEST(Flags, RefuseBadNumbersOfWorkersOrItems) {
  for (const char* text : {"0", "-3", "100000", "1001", "four", "4.5", "4x",
                           "99999999999999999999"}) {
    EXPECT_THAT(complaint({"--workers", text}),
                AllOf(HasSubstr(std::string("--workers ") + text),
                      HasSubstr("from 1 to 1000"), Not(HasSubstr("\n"))));
  }
  EXPECT_THAT(complaint({"--items", "0"}), HasSubstr("--items 0"));
  EXPECT_THAT(complaint({"--workers", "5", "--items", "4"}),
              HasSubstr("--items 4: expected a whole number from 5"));
}

TEST(Flags, RefuseTextThatCannotBeParsed) {
  EXPECT_THAT(complaint({"--banana"}), HasSubstr("--banana"));
  EXPECT_THAT(complaint({"banana"}), HasSubstr("banana"));
  EXPECT_THAT(complaint({"--data"}), HasSubstr("--data"));
  EXPECT_THAT(complaint({"--data="}), HasSubstr("--data"));
  EXPECT_THAT(complaint({"--data", "4MiB", "--data", "8MiB"}),
              HasSubstr("--data"));
}

TEST(Flags, HelpNamesEveryFlag) {
  EXPECT_TRUE(parse_flags({"--help"}).help);
  const std::string help = help_text("04_global", {});
  for (const char* flag : {"--data SIZE", "--workers N", "--items N",
                           "--full-scale", "--json FILE", "--help"}) {
    EXPECT_THAT(help, HasSubstr(flag));
  }
  EXPECT_THAT(help, Not(HasSubstr("--svg")));
  EXPECT_THAT(help, Not(HasSubstr("--objects")));
}

constexpr Options kPictureOfObjects{.svg = true, .object_size = 32_B};

TEST(PictureFlags, AreInTheHelpOfLessonsWithPictures) {
  const std::string help = help_text("09_refcounts", kPictureOfObjects);
  EXPECT_THAT(help, HasSubstr("--svg FILE"));
  EXPECT_THAT(help, HasSubstr("--objects M"));
  EXPECT_THAT(help, HasSubstr("32 bytes"));
}

TEST(PictureFlags, AreRefusedByLessonsWithoutPictures) {
  const Flags flags = parse_flags({"--objects", "2000000", "--svg", "a.svg"},
                                  kPictureOfObjects);
  EXPECT_EQ(flags.data, 64'000'000_B);
  EXPECT_EQ(flags.svg, "a.svg");
  EXPECT_THROW(parse_flags({"--objects", "2000000"}), BadUsage);
  EXPECT_THROW(parse_flags({"--svg", "a.svg"}), BadUsage);
}

TEST(ObjectFlags, CannotBeCombinedWithDataSize) {
  for (const std::vector<std::string>& other :
       {std::vector<std::string>{"--data", "8MiB"}, {"--full-scale"}}) {
    std::vector<std::string> both{"--objects", "2000000"};
    both.insert(both.end(), other.begin(), other.end());
    EXPECT_THROW(parse_flags(both, kPictureOfObjects), BadUsage);
  }
  for (const char* bad : {"0", "-1", "banana", "131071", "1e6", ""}) {
    EXPECT_THROW(parse_flags({"--objects", bad}, kPictureOfObjects), BadUsage)
        << bad;
  }
  EXPECT_EQ(parse_flags({"--objects", "131072"}, kPictureOfObjects).data,
            4_MiB);
}

TEST(Flags, DefaultToTheLessonsItemsPerWorker) {
  constexpr Options kThree{.items_a_worker = 3};
  EXPECT_EQ(parse_flags({}, kThree).items, 12);
  EXPECT_EQ(parse_flags({"--workers", "5"}, kThree).items, 15);
  EXPECT_EQ(parse_flags({"--items", "7"}, kThree).items, 7);
}

}  // namespace
}  // namespace cow
