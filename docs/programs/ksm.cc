// Chapter 14: four processes have copied the same 32 MiB, and the kernel merges
// the copies again (KSM). It needs root, switches KSM on in the whole machine,
// and puts back what was set before.
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cow/memory/region.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"

namespace {

constexpr const char* kFolder = "/sys/kernel/mm/ksm/";

long number(const std::string& name) {
  long value = -1;
  std::ifstream(kFolder + name) >> value;
  return value;
}

bool set(const std::string& name, long value) {
  std::ofstream file(kFolder + name);
  file << value << std::flush;
  return file.good();
}

// Random numbers: every page has other ones, so none merges with another of the
// same process.
void fill(const cow::Region& region) {
  std::mt19937_64 random;
  for (std::size_t at = 0; at < region.size().size(); at += 8) {
    const std::uint64_t value = random();
    std::memcpy(region.data() + at, &value, 8);
  }
}

void show(const char* when, const cow::Region& region,
          const std::vector<cow::Child>& children) {
  cow::Bytes pss;
  cow::Bytes uss;
  for (const cow::Child& child : children) {
    const cow::Usage usage = region.usage(child.pid())->usage;
    pss += usage.pss;
    uss += usage.uss();
  }
  std::printf("%-22s%-14s%s\n", when, to_string(pss).c_str(),
              to_string(uss).c_str());
}

}  // namespace

int main() {
  const cow::Region region(cow::to_pages(cow::Bytes(32 << 20)));
  const long run = number("run");
  const long step = number("pages_to_scan");
  const long pause = number("sleep_millisecs");
  if (run == -1 || !set("run", run)) {
    std::puts("KSM cannot be set here: it needs root");
    return 77;
  }

  cow::Pipe ready = cow::make_pipe();
  cow::Pipe gate = cow::make_pipe();
  std::vector<cow::Child> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(cow::Child::fork([&] {
      gate.writer.close();
      fill(region);  // copies every page; all children write the same
      ::madvise(region.data(), region.size().size(), MADV_MERGEABLE);
      char byte = 1;
      if (::write(ready.writer.get(), &byte, 1) != 1) return 1;
      return static_cast<int>(::read(gate.reader.get(), &byte, 1));
    }));
  }
  char byte = 0;
  for (int i = 0; i < 4; ++i) {
    if (::read(ready.reader.get(), &byte, 1) != 1) return 1;
  }
  std::printf("%-22s%-14s%s\n", "4 children, 32 MiB", "sum of PSS",
              "sum of USS");
  show("each has written it", region, children);

  set("pages_to_scan", 20000);
  set("sleep_millisecs", 10);
  set("run", 1);
  const long wanted = 3 * region.pages().count();
  for (int i = 0; i < 3000 && number("pages_sharing") < wanted; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  show("KSM has merged it", region, children);
  std::printf("pages kept %ld, pages given back %ld\n", number("pages_shared"),
              number("pages_sharing"));

  gate.writer.close();
  for (cow::Child& child : children) child.wait();
  set("run", 2);  // nothing stays merged
  set("run", run);
  set("pages_to_scan", step);
  set("sleep_millisecs", pause);
}
