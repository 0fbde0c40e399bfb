#include "cow/faults/records.h"

#include <linux/perf_event.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace cow {
namespace {

using Kind = FaultRecord::Kind;

// Bytes that are taken from the front; zeros where there are none.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename Number>
  Number take() {
    Number number{};
    if (bytes_.size() < sizeof(number)) {
      complete_ = false;
      return number;
    }
    std::memcpy(&number, bytes_.data(), sizeof(number));
    bytes_ = bytes_.subspan(sizeof(number));
    return number;
  }
  /// A text that ends with a zero, if there is one.
  std::string text() const {
    const auto end = std::find(bytes_.begin(), bytes_.end(), std::byte{0});
    return {reinterpret_cast<const char*>(bytes_.data()),
            static_cast<std::size_t>(end - bytes_.begin())};
  }
  /// Whether all that was taken was there.
  bool complete() const { return complete_; }

 private:
  std::span<const std::byte> bytes_;
  bool complete_ = true;
};

// Each record but a sample ends with the ids and the time of its sample_type.
constexpr std::size_t kTrailer = 16;

bool read_sample(Fields fields, std::uint16_t misc, FaultRecord& record) {
  record.kind = Kind::kFault;
  record.ip = fields.take<std::uint64_t>();
  record.pid = fields.take<pid_t>();
  record.thread = fields.take<pid_t>();
  record.time = fields.take<std::uint64_t>();
  record.address = fields.take<std::uint64_t>();
  record.in_kernel =
      (misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
  return fields.complete();
}

bool read_mapping(Fields& fields, FaultRecord& record) {
  record.kind = Kind::kMapping;
  record.pid = fields.take<pid_t>();
  record.thread = fields.take<pid_t>();
  record.address = fields.take<std::uint64_t>();
  record.length = fields.take<std::uint64_t>();
  record.offset = fields.take<std::uint64_t>();
  fields.take<std::uint64_t>();  // the device
  fields.take<std::uint64_t>();  // the inode
  fields.take<std::uint64_t>();  // its generation
  record.writable = (fields.take<std::uint32_t>() & PROT_WRITE) != 0;
  record.is_private = (fields.take<std::uint32_t>() & MAP_PRIVATE) != 0;
  record.name = plain_mapping_name(fields.text());
  return fields.complete();
}

// FORK and EXIT are alike.
bool read_task(Kind kind, Fields& fields, FaultRecord& record) {
  record.kind = kind;
  record.pid = fields.take<pid_t>();
  record.parent = fields.take<pid_t>();
  record.thread = fields.take<pid_t>();
  return fields.complete();
}

bool read_lost(bool with_id, Fields& fields, FaultRecord& record) {
  record.kind = Kind::kLost;
  if (with_id) fields.take<std::uint64_t>();
  record.lost = fields.take<std::uint64_t>();
  return fields.complete();
}

bool read_body(const perf_event_header& header, Fields& fields,
               FaultRecord& record) {
  switch (header.type) {
    case PERF_RECORD_MMAP2:
      return read_mapping(fields, record);
    case PERF_RECORD_FORK:
      return read_task(Kind::kFork, fields, record);
    case PERF_RECORD_EXIT:
      return read_task(Kind::kExit, fields, record);
    case PERF_RECORD_COMM:
      if ((header.misc & PERF_RECORD_MISC_COMM_EXEC) == 0) return true;
      record.kind = Kind::kExec;
      record.pid = fields.take<pid_t>();
      return fields.complete();
    case PERF_RECORD_LOST:
      return read_lost(true, fields, record);
    case PERF_RECORD_LOST_SAMPLES:
      return read_lost(false, fields, record);
    default:
      return true;
  }
}

// Whether `body`, what comes behind the header, has the form of its type.
bool read(const perf_event_header& header, std::span<const std::byte> body,
          FaultRecord& record) {
  if (header.type == PERF_RECORD_SAMPLE) {
    return read_sample(Fields(body), header.misc, record);
  }
  if (body.size() < kTrailer) return false;
  Fields trailer(body.last(kTrailer));
  trailer.take<std::uint64_t>();  // pid and tid
  record.time = trailer.take<std::uint64_t>();
  Fields fields(body.first(body.size() - kTrailer));
  return read_body(header, fields, record);
}

}  // namespace

std::uint64_t fault_sample_type() {
  return PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR;
}

std::optional<FaultRecord> take_record(std::span<const std::byte>& bytes) {
  const std::span<const std::byte> all = std::exchange(bytes, {});
  perf_event_header header{};
  if (all.size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, all.data(), sizeof(header));
  if (header.size < sizeof(header) || header.size > all.size()) {
    return std::nullopt;
  }
  FaultRecord record;
  const auto body = all.first(header.size).subspan(sizeof(header));
  if (!read(header, body, record)) return std::nullopt;
  bytes = all.subspan(header.size);
  return record;
}

std::string plain_mapping_name(std::string name) {
  if (name == "//anon" || name.starts_with("[anon")) name.clear();
  return name;
}

}  // namespace cow
