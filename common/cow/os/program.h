// Functions as offsets in the program, so that one process can name a function
// to another process that runs the same program.
#pragma once

#include <cstdint>

namespace cow {

/// A function of any type. Cast it back before calling it.
using AnyFunction = void (*)();

/// The distance of `function` from the beginning of the program in memory. It
/// is the same in every process that runs this program, wherever the loader has
/// put the program. For a function of a shared library the number works only
/// here, and in processes that were forked while the library was loaded. Its
/// upper 16 bits then say which library. Throws std::invalid_argument if there
/// is no code at `function`.
std::uint64_t program_offset(AnyFunction function);

/// The function at `offset`. Throws std::invalid_argument if there is no code
/// of this program, or of the shared library that is meant.
AnyFunction program_function(std::uint64_t offset);

}  // namespace cow
