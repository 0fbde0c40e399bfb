// A manifest of the lessons that cannot be read ends the configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "cow/os/descriptor.h"
#include "support/programs.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

// What CMake says when it is configured with a manifest in which `what` stands
// in place of `was`.
std::string configured_with(const std::string& was, const std::string& what) {
  std::string manifest = *read_file(source("lessons/lessons.json"));
  const auto at = manifest.find(was);
  EXPECT_NE(at, std::string::npos) << was;
  manifest.replace(at, was.size(), what);
  const TemporaryFolder folder;
  write_file(folder.path() / "lessons.json", manifest);
  const Outcome outcome =
      run({"cmake", "-DMANIFEST=" + (folder.path() / "lessons.json").string(),
           "-DOUTPUT=" + (folder.path() / "manifest.cc").string(), "-P",
           source("common/setup/manifest.cmake")});
  // CMake breaks lines between words.
  return std::regex_replace(outcome.err, std::regex("\\s+"), " ");
}

TEST(Configuring, ExplainsAMistakeInTheManifest) {
  EXPECT_EQ(configured_with("03_bound_method", "03_bound"), "");
  EXPECT_THAT(configured_with("\"answer\": \"By", "\"anwser\": \"By"),
              HasSubstr("05_registry: it has no \"answer\""));
  EXPECT_THAT(configured_with("\"minutes\": 40", "\"minutes\": \"40\""),
              HasSubstr("07_start_methods: \"minutes\" is '40': expected a "
                        "whole number above 0"));
  EXPECT_THAT(configured_with("\"minutes\": 40", "\"minutes\": 4.5"),
              HasSubstr("07_start_methods: \"minutes\" is 4.5: expected"));
  EXPECT_THAT(configured_with("[\"04\", \"06\"]", "\"04\""),
              HasSubstr("07_start_methods: \"after\" is '04': expected the "
                        "numbers of lessons"));
  EXPECT_THAT(
      configured_with("\"Four cures, and what each of them costs.\"", "\"\""),
      HasSubstr("12_cures: \"idea\" is '': expected a text"));
  EXPECT_THAT(configured_with("\"part\": 3", "\"part\": 4"),
              HasSubstr("13_shared_memory: \"part\" is 4: \"parts\" has 3"));
  EXPECT_THAT(configured_with("\"part\": 3", "\"part\": 3, \"page\": 4"),
              HasSubstr("13_shared_memory: \"page\" is no field of a lesson"));
  EXPECT_THAT(configured_with("\"Open MPI\"", "\"MPICH\""),
              HasSubstr("16_many_machines: \"needs\" is 'MPICH': expected "
                        "\"Open MPI\", or nothing"));
  EXPECT_THAT(
      configured_with("\"name\": \"04_global\"", "\"name\": \"global\""),
      HasSubstr("the \"name\" of lesson 3 of the list, counted from 0, "
                "is global: expected NN_name"));
  EXPECT_THAT(configured_with("\"lessons\": [", "\"lessons\": [{"),
              HasSubstr("failed parsing json string"));
}

}  // namespace
}  // namespace cow::testing
