// Symbols by libdw of elfutils, which also finds debug files by build-id.
#include "cow/faults/symbols.h"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace cow {
namespace {

const Dwfl_Callbacks kCallbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr};

// Of "read@@GLIBC_2.2.5" without the version.
std::string demangled(std::string name) {
  name.erase(std::min(name.find('@'), name.size()));
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : name;
}

}  // namespace

// A file as if it were loaded where its headers say.
class Symbols::File {
 public:
  explicit File(const std::string& path)
      : dwfl_(dwfl_begin(&kCallbacks), &dwfl_end) {
    if (!dwfl_) return;
    dwfl_report_begin(dwfl_.get());
    module_ = dwfl_report_elf(dwfl_.get(), path.c_str(), path.c_str(), -1, 0,
                              /*add_p_vaddr=*/true);
    dwfl_report_end(dwfl_.get(), nullptr, nullptr);
  }

  std::string function(std::uint64_t offset) const {
    const std::optional<GElf_Addr> address = address_of(offset);
    if (!address) return "";
    GElf_Off into = 0;
    GElf_Sym symbol{};
    const char* name = dwfl_module_addrinfo(module_, *address, &into, &symbol,
                                            nullptr, nullptr, nullptr);
    // Without the sizes it is the nearest symbol, of whatever function.
    if (name == nullptr || into >= symbol.st_size) return "";
    return demangled(name);
  }

 private:
  std::optional<GElf_Addr> address_of(std::uint64_t offset) const {
    if (module_ == nullptr) return std::nullopt;
    GElf_Addr bias = 0;
    Elf* elf = dwfl_module_getelf(module_, &bias);
    std::size_t count = 0;
    if (elf == nullptr || elf_getphdrnum(elf, &count) != 0) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr part{};
      if (gelf_getphdr(elf, static_cast<int>(i), &part) == nullptr) continue;
      if (part.p_type == PT_LOAD && offset >= part.p_offset &&
          offset - part.p_offset < part.p_filesz) {
        return bias + part.p_vaddr + (offset - part.p_offset);
      }
    }
    return std::nullopt;
  }

  std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl_;
  Dwfl_Module* module_ = nullptr;
};

// Debug files of this machine only: none are fetched from a server.
Symbols::Symbols() { ::unsetenv("DEBUGINFOD_URLS"); }
Symbols::~Symbols() = default;

bool Symbols::available() { return true; }

std::string Symbols::function(const std::string& file, std::uint64_t offset) {
  if (!file.starts_with('/')) return "";
  std::unique_ptr<File>& known = files_[file];
  if (!known) known = std::make_unique<File>(file);
  return known->function(offset);
}

}  // namespace cow
