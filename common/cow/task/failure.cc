#include "cow/task/failure.h"

#include <cxxabi.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include "cow/task/type_name.h"

namespace cow {

namespace {

// What describe() finds: the name of the exception's class and its text.
struct Description {
  std::string type;
  std::string text;
};

Description describe() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  Description description{
      type == nullptr ? "an exception of unknown type" : readable(*type), ""};
  try {
    throw;
  } catch (const std::exception& error) {
    const char* text = error.what();
    if (text != nullptr) description.text = text;
    try {
      std::rethrow_if_nested(error);
    } catch (...) {
      const Description cause = describe();
      description.text += "; caused by " + cause.type;
      if (!cause.text.empty()) description.text += ": " + cause.text;
    }
  } catch (...) {
    // Only its type is known.
  }
  return description;
}

}  // namespace

Failure describe_exception(std::uint64_t item) {
  Description description = describe();
  return {.item = item,
          .type = std::move(description.type),
          .text = std::move(description.text),
          .pid = ::getpid()};
}

std::string to_string(const Failure& failure) {
  return failure.text.empty() ? failure.type
                              : failure.type + ": " + failure.text;
}

}  // namespace cow
