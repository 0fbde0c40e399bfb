// What cowtop says on standard error.
#pragma once

#include <cstdio>
#include <string>

#include "cow/memory/process_list.h"

namespace cowtop {

/// Says a sentence, without control characters that a terminal would obey.
/// There may be some, because the sentence may hold an argument of the user.
/// Returns `status`, also if the sentence cannot be written.
inline int say(int status, const std::string& what) {
  std::fputs(("cowtop: " + cow::printable(what) + "\n").c_str(), stderr);
  return status;
}

}  // namespace cowtop
