// The records that perf events write into their rings, taken apart. Source:
// perf_event_open(2), "MMAP layout". Knows no process: its input are bytes.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cow {

/// One record. `kind` says which of the other fields have a meaning.
struct FaultRecord {
  enum class Kind {
    kFault,    ///< a minor page fault: `ip`, `address`, `in_kernel`
    kMapping,  ///< mmap, brk or mprotect: `address`, `length` ... `name`
    kFork,     ///< `pid` was forked from `parent`; a thread has its own pid
    kExec,     ///< `pid` has executed a program
    kExit,     ///< a thread has ended: of `pid`, with the id `thread`
    kLost,     ///< `lost` records were not written, because the ring was full
    kOther,
  };
  Kind kind = Kind::kOther;
  std::uint64_t time = 0;  ///< CLOCK_MONOTONIC, in nanoseconds
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t thread = 0;
  std::uint64_t ip = 0;       ///< the address of the instruction
  std::uint64_t address = 0;  ///< what it accessed; where the mapping begins
  bool in_kernel = false;     ///< a system call accessed the memory
  std::uint64_t length = 0;
  std::uint64_t offset = 0;  ///< where the mapping begins in its file
  bool writable = false;
  bool is_private = false;
  std::string name;  ///< the file, "[heap]", "[stack]"; "" if it is anonymous
  std::uint64_t lost = 0;
};

/// What the records must hold: PERF_SAMPLE_* of `sample_type`, in all records
/// (`sample_id_all`).
std::uint64_t fault_sample_type();

/// Removes the first record from `bytes` and returns it. At the end, or if
/// there is no whole record, returns none and makes `bytes` empty.
std::optional<FaultRecord> take_record(std::span<const std::byte>& bytes);

/// Gives the name of a mapping one form, whether it comes from a record or from
/// /proc/PID/maps. For anonymous memory (a record calls it "//anon", maps calls
/// it "[anon:...]") the name is empty.
std::string plain_mapping_name(std::string name);

}  // namespace cow
