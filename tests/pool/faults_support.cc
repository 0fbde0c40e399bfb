#include "pool/faults_support.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "cow/os/error.h"

namespace cow::testing {
namespace {

Mapping opened;  // in a worker

Mapping map_file(const std::string& path) {
  const Descriptor file(
      checked([&] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC); },
              "open({})", path));
  return {Bytes(std::filesystem::file_size(path)), file.get(), Bytes()};
}

std::atomic_ref<std::uint8_t> count_in(const Mapping& counts, int item) {
  return std::atomic_ref(reinterpret_cast<std::uint8_t*>(counts.data())[item]);
}

}  // namespace

int repeated(int times) {
  const char* longer = std::getenv("COWPOOL_LONGER");
  return longer == nullptr ? times : times * std::atoi(longer);
}

Tally::Tally(int items) {
  write_file(path(), "");
  std::filesystem::resize_file(path(), static_cast<std::uintmax_t>(items));
  counts_ = map_file(path());
}

int Tally::of(int item) const { return count_in(counts_, item).load(); }

void Tally::open(const std::string& path) { opened = map_file(path); }

void Tally::count(int item) { ++count_in(opened, item); }

}  // namespace cow::testing
