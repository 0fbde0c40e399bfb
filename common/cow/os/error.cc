#include "cow/os/error.h"

#include <system_error>

namespace cow {

void throw_system_error(int error, const std::string& call) {
  throw std::system_error(error, std::generic_category(), call);
}

}  // namespace cow
