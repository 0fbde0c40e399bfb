// Writes a recording: docs/recording.md describes the format.
#pragma once

#include <string>

#include "cow/record/recording.h"

namespace cow {

/// `report` is a lesson's JSON; empty: there is none.
std::string write_recording(const Recording& recording,
                            const std::string& report);

}  // namespace cow
