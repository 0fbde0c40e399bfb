// Only this file includes CLI11, which is slow to compile.
#include "cow/lesson/command_line.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <memory>
#include <utility>

namespace cow {
namespace {

// As CLI11's own format, but after an option it shows only the name of its
// value.
class Format : public CLI::Formatter {
 public:
  explicit Format(std::string usage) : usage_(std::move(usage)) {}

  std::string make_usage(const CLI::App*, std::string) const override {
    return usage_;
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    const bool takes = !option->get_positional() && option->get_type_size() > 0;
    return takes ? " " + type : "";
  }

 private:
  std::string usage_;
};

void declare(CLI::App& app, const Flag& flag) {
  if (bool* const* given = std::get_if<bool*>(&flag.to)) {
    app.add_flag(flag.name, **given, flag.help);
  } else if (auto* const* value =
                 std::get_if<std::optional<std::string>*>(&flag.to)) {
    app.add_option(flag.name, **value, flag.help)->type_name(flag.takes);
  } else {
    auto& values = *std::get<std::vector<std::string>*>(flag.to);
    CLI::Option* option = app.add_option(flag.name, values, flag.help);
    if (!flag.takes.empty()) {
      const auto spaces = std::count(flag.takes.begin(), flag.takes.end(), ' ');
      option->expected(static_cast<int>(spaces) + 1)->type_name(flag.takes);
    }
  }
}

void declare(CLI::App& app, const std::vector<Flag>& flags) {
  app.set_help_flag();  // --help is one of our flags
  for (const Flag& flag : flags) declare(app, flag);
}

}  // namespace

void parse_command_line(const std::vector<Flag>& flags,
                        const std::vector<std::string>& arguments) {
  CLI::App app;
  declare(app, flags);
  try {
    // CLI11 expects them in reverse order.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ExtrasError&) {
    throw UnknownFlag(
        fmt::format("{}: no such flag; --help lists those there are",
                    fmt::join(app.remaining(), " ")));
  } catch (const CLI::Error& error) {
    throw BadUsage(std::string(error.what()) + "; --help lists all flags");
  }
}

std::string list_flags(const std::vector<Flag>& flags,
                       const std::string& usage) {
  CLI::App app;
  app.formatter(std::make_shared<Format>(usage));
  declare(app, flags);
  return app.help();
}

}  // namespace cow
