// Tasks of a shared library that is no part of the program.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "pool/support.h"

namespace cow::testing {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path& plugin_file() {
  static const auto file = program("libpool_plugin.so");
  return file;
}

class Plugin {
 public:
  explicit Plugin(const std::filesystem::path& file = plugin_file())
      : handle_(::dlopen(file.c_str(), RTLD_NOW)) {}
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() { ::dlclose(handle_); }

  int (*negate() const)(int) {
    return reinterpret_cast<int (*)(int)>(::dlsym(handle_, "plugin_negate"));
  }

 private:
  void* handle_;
};

constexpr const char* kWhatToDo = "link the task into the program itself";

TEST(TaskOfAPlugin, RunsInForkedWorkers) {
  const Plugin plugin;
  Pool pool({.workers = 2});
  const std::vector<int> negative{0, -1, -2};
  EXPECT_EQ(pool.map(plugin.negate(), numbers(3)), negative);
  auto results = pool.imap(plugin.negate(), numbers(3));
  EXPECT_EQ(rest_of(results), negative);
}

TEST(TaskOfAPlugin, IsRefusedIfThePluginIsLoadedAfterTheFork) {
  Pool pool({.workers = 2});
  const Plugin plugin;
  EXPECT_THAT(
      error_of<TaskError>([&] { pool.map(plugin.negate(), numbers(3)); }),
      HasSubstr(kWhatToDo));
  EXPECT_TRUE(works(pool));
}

// Most often it lies where the other one was, and still is in the workers.
TEST(TaskOfAPlugin, IsRefusedIfThePluginIsReplacedAfterTheFork) {
  const TemporaryFolder folder;
  const auto other = folder.path() / "other.so";
  std::filesystem::copy_file(plugin_file(), other);
  std::optional<Plugin> plugin(std::in_place);
  Pool pool({.workers = 2});
  plugin.emplace(other);
  EXPECT_THAT(
      error_of<TaskError>([&] { pool.map(plugin->negate(), numbers(3)); }),
      HasSubstr(kWhatToDo));
}

class PluginWithoutFork : public EveryStartMethod {};
INSTANTIATE_TEST_SUITE_P(, PluginWithoutFork,
                         ::testing::Values(StartMethod::kSpawn,
                                           StartMethod::kForkServer),
                         name_of_method);

TEST_P(PluginWithoutFork, IsRefused) {
  const Plugin plugin;
  Pool pool(options(2));
  EXPECT_THAT(
      error_of<TaskError>([&] { pool.map(plugin.negate(), numbers(3)); }),
      HasSubstr(kWhatToDo));
  EXPECT_TRUE(works(pool));
}

}  // namespace
}  // namespace cow::testing
