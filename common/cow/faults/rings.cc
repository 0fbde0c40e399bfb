#include "cow/faults/rings.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <system_error>

#include "cow/memory/text.h"

namespace cow {
namespace {

// How much a ring holds: some 50,000 faults. Less if the kernel grants less
// (perf_event_mlock_kb and ulimit -l).
constexpr std::int64_t kMost = 2 << 20;
constexpr std::int64_t kLeast = 16 << 10;

perf_event_attr attributes(bool with_kernel, bool on_exec) {
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_PAGE_FAULTS_MIN;
  attr.sample_period = 1;
  attr.sample_type = fault_sample_type();
  attr.sample_id_all = 1;
  attr.inherit = 1;
  attr.exclude_kernel = with_kernel ? 0 : 1;
  attr.exclude_hv = 1;
  attr.disabled = on_exec ? 1 : 0;
  attr.enable_on_exec = on_exec ? 1 : 0;
  attr.mmap = 1;
  attr.mmap2 = 1;
  attr.mmap_data = 1;  // mappings that hold no code, too
  attr.comm = 1;
  attr.comm_exec = 1;
  attr.task = 1;
  attr.use_clockid = 1;
  attr.clockid = CLOCK_MONOTONIC;
  attr.watermark = 1;
  attr.wakeup_watermark = 0;  // half of the ring
  return attr;
}

Descriptor open_event(perf_event_attr& attr, pid_t thread, int cpu) {
  return Descriptor(static_cast<int>(::syscall(
      SYS_perf_event_open, &attr, thread, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
}

}  // namespace

Reading<FaultRings> FaultRings::of_next_children() { return open({0}, true); }

Reading<FaultRings> FaultRings::of_threads(const std::vector<pid_t>& threads) {
  return open(threads, false);
}

Reading<FaultRings> FaultRings::open(const std::vector<pid_t>& threads,
                                     bool on_exec) {
  for (const bool with_kernel : {true, false}) {
    FaultRings rings;
    rings.with_kernel_ = with_kernel;
    int error = rings.open_events(threads, on_exec);
    if (error == 0) error = rings.map_rings();
    if (error == 0) return rings;
    if (with_kernel && (error == EACCES || error == EPERM)) continue;
    return Absent{why_no_perf_events(
        error, read_file("/proc/sys/kernel/perf_event_paranoid"))};
  }
  return Absent{""};  // not reached
}

// An event counts on one CPU, because an event on all of them can be inherited
// or have a ring, but not both. All events of a CPU write into one ring.
int FaultRings::open_events(const std::vector<pid_t>& threads, bool on_exec) {
  perf_event_attr attr = attributes(with_kernel_, on_exec);
  const long cpus = ::sysconf(_SC_NPROCESSORS_CONF);
  for (int cpu = 0; cpu < cpus; ++cpu) {
    int first = -1;
    for (const pid_t thread : threads) {
      Descriptor event = open_event(attr, thread, cpu);
      if (!event && errno == ENODEV) break;    // the CPU is off
      if (!event && errno == ESRCH) continue;  // the thread has ended
      if (!event) return errno;
      if (first == -1) {
        first = event.get();
        rings_.push_back({std::move(event), Mapping()});
      } else if (::ioctl(event.get(), PERF_EVENT_IOC_SET_OUTPUT, first) != 0) {
        return errno;
      } else {
        others_.push_back(std::move(event));
      }
    }
  }
  return rings_.empty() ? ESRCH : 0;
}

// All rings get the same size.
int FaultRings::map_rings() {
  for (std::int64_t size = kMost;; size /= 2) {
    try {
      for (Ring& ring : rings_) {
        ring.memory =
            Mapping(page_size() + Bytes(size), ring.event.get(), Bytes());
      }
      return 0;
    } catch (const std::system_error& error) {
      for (Ring& ring : rings_) ring.memory = Mapping();
      const int code = error.code().value();
      if (size <= kLeast || (code != EPERM && code != ENOMEM)) return code;
    }
  }
}

std::vector<int> FaultRings::descriptors() const {
  std::vector<int> all;
  for (const Ring& ring : rings_) all.push_back(ring.event.get());
  return all;
}

void FaultRings::drain(std::vector<FaultRecord>& records) {
  for (Ring& ring : rings_) {
    auto& page = *reinterpret_cast<perf_event_mmap_page*>(ring.memory.data());
    const std::byte* data = ring.memory.data() + page_size().size();
    const std::uint64_t size = (ring.memory.size() - page_size()).size();
    std::atomic_ref head_of(page.data_head);
    const std::uint64_t head = head_of.load(std::memory_order_acquire);
    const std::uint64_t tail = page.data_tail;
    copied_.resize(head - tail);
    const std::uint64_t begin = tail % size;
    const std::uint64_t part = std::min(head - tail, size - begin);
    std::memcpy(copied_.data(), data + begin, part);
    std::memcpy(copied_.data() + part, data, head - tail - part);
    std::atomic_ref(page.data_tail).store(head, std::memory_order_release);
    std::span<const std::byte> bytes = copied_;
    while (auto record = take_record(bytes)) {
      records.push_back(*std::move(record));
    }
  }
}

std::string why_no_perf_events(int error,
                               const Reading<std::string>& paranoid) {
  const std::string begin = "who wrote cannot be recorded: ";
  if (!paranoid || error == ENOSYS) {
    return begin + "this kernel has no perf events";
  }
  if (error == ESRCH) return begin + "there is no such process";
  if (error == EMFILE) {
    return begin +
           "it takes a descriptor for each thread and CPU; allow more of them "
           "(ulimit -n)";
  }
  if (error != EACCES && error != EPERM) {
    return fmt::format("{}perf_event_open: {}", begin, std::strerror(error));
  }
  std::string_view text = *paranoid;
  const auto level = parse_number(take_line(text));
  if (level && *level > 2) {
    return fmt::format(
        "{}kernel.perf_event_paranoid is {} and forbids it; as root, set it: "
        "sysctl kernel.perf_event_paranoid=2",
        begin, *level);
  }
  return begin +
         "the process belongs to another user, or perf_event_open(2) is "
         "forbidden here; be that user or root, and give a container the "
         "capability PERFMON";
}

}  // namespace cow
