// How a failed test shows a diagnosis.
#pragma once

#include <ostream>
#include <string>

#include "cowtop/diagnosis.h"

namespace cowtop {

inline void PrintTo(const Diagnosis& diagnosis, std::ostream* out) {
  *out << to_string(diagnosis.kind) << ": " << diagnosis.sentence;
  for (const std::string& line : diagnosis.evidence) *out << "\n  " << line;
}

}  // namespace cowtop
