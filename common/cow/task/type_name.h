// Names of types as a person would write them.
#pragma once

#include <string>
#include <typeinfo>

namespace cow {

/// "std::runtime_error" rather than "St13runtime_error".
std::string readable(const std::type_info& type);

}  // namespace cow
