// Functions as offsets into the program file, so that one process can name a
// function to another that runs the same program.
#pragma once

#include <cstdint>

namespace cow {

/// A function of any type; cast it back before it is called.
using AnyFunction = void (*)();

/// How far `function` lies from the beginning of the program in memory. It is
/// the same in every process that runs this program, wherever the loader put
/// it. A function of a shared library has a number too, but one that leads to
/// it only here and in processes that were forked while the library was loaded;
/// which library it is stands in its upper 16 bits. Throws
/// std::invalid_argument when there is no code at `function`.
std::uint64_t program_offset(AnyFunction function);

/// The function at `offset`. Throws std::invalid_argument when no code of this
/// program is there, nor of that shared library.
AnyFunction program_function(std::uint64_t offset);

}  // namespace cow
