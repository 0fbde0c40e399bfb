// In place of symbols.cc where there is no libdw.
#include "cow/faults/symbols.h"

namespace cow {

class Symbols::File {};

Symbols::Symbols() = default;
Symbols::~Symbols() = default;

bool Symbols::available() { return false; }

std::string Symbols::function(const std::string& /*file*/,
                              std::uint64_t /*offset*/) {
  return "";
}

}  // namespace cow
