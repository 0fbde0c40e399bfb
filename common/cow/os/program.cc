#include "cow/os/program.h"

#include <fmt/core.h>
#include <link.h>

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <vector>

namespace cow {
namespace {

// Where the program's code lies: dl_iterate_phdr(3).
struct Program {
  std::uint64_t base = 0;
  struct Segment {
    std::uint64_t begin;  // relative to the base, like `end`
    std::uint64_t end;
  };
  std::vector<Segment> code;
};

int note_program(dl_phdr_info* info, std::size_t, void* to) {
  auto& program = *static_cast<Program*>(to);
  program.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0) {
      program.code.push_back({header.p_vaddr, header.p_vaddr + header.p_memsz});
    }
  }
  return 1;  // the program itself comes first; libraries are not looked at
}

Program read_program() {
  Program program;
  ::dl_iterate_phdr(note_program, &program);
  return program;
}

const Program& this_program() {
  static const Program program = read_program();
  return program;
}

bool is_code(std::uint64_t offset) {
  const std::vector<Program::Segment>& code = this_program().code;
  return std::any_of(code.begin(), code.end(),
                     [offset](const Program::Segment& segment) {
                       return segment.begin <= offset && offset < segment.end;
                     });
}

}  // namespace

std::uint64_t program_offset(AnyFunction function) {
  const auto address = std::bit_cast<std::uint64_t>(function);
  const std::uint64_t offset = address - this_program().base;
  if (!is_code(offset)) {
    throw std::invalid_argument(fmt::format(
        "the function at {:#x} is not part of this program but of a shared "
        "library; a task must be linked into the program itself",
        address));
  }
  return offset;
}

AnyFunction program_function(std::uint64_t offset) {
  if (!is_code(offset)) {
    throw std::invalid_argument(
        fmt::format("offset {:#x} is not in this program's code", offset));
  }
  return std::bit_cast<AnyFunction>(this_program().base + offset);
}

}  // namespace cow
