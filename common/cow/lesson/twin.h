// Runs a lesson's twin in CPython, and measures it in the same way as the
// lesson.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cow/lesson/flags.h"
#include "cow/lesson/moment.h"
#include "cow/os/reading.h"

namespace cow {

/// A Python that can run the twins: 3.8 or newer, with numpy, and with `module`
/// for a twin that needs another one. It is $COW_PYTHON
/// if that is set. Otherwise it is the python3 in PATH, or the system's. Absent
/// if none of them can; the reason says what each lacks.
Reading<std::string> find_python(const std::string& module = "numpy");

/// Runs `script` with `python` and returns its moments, each measured while all
/// workers waited. `modules` is the folder of cowtwin.py. Throws
/// std::runtime_error if the twin fails.
std::vector<Moment> run_twin(const std::string& python,
                             const std::filesystem::path& script,
                             const std::filesystem::path& modules,
                             const Flags& flags);

}  // namespace cow
