#include "cow/pool/failure.h"

#include <cxxabi.h>

#include <exception>

#include "cow/pool/type_name.h"

namespace cow {

Failure describe_exception(std::uint64_t item) {
  const std::type_info* type = abi::__cxa_current_exception_type();
  Failure failure{.item = item,
                  .type = type == nullptr ? "an exception of unknown type"
                                          : readable(*type),
                  .text = ""};
  try {
    throw;
  } catch (const std::exception& error) {
    failure.text = error.what();
  } catch (...) {
    // Only its type can be told.
  }
  return failure;
}

std::string to_string(const Failure& failure) {
  return failure.text.empty() ? failure.type
                              : failure.type + ": " + failure.text;
}

}  // namespace cow
