#include "cow/pool/worker.h"

#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>

#include "cow/os/child.h"
#include "cow/os/heap.h"
#include "cow/os/held_signal.h"
#include "cow/pool/incoming.h"
#include "cow/pool/offers.h"
#include "cow/pool/outgoing.h"
#include "cow/task/batch.h"
#include "cow/task/failure.h"

namespace cow {
namespace {

// After a batch of this size, the worker gives the memory that it has freed
// back to the system. The C library would keep it: malloc_trim(3).
constexpr Bytes kLeavesMuch{64 << 10};

void send(int fd, FrameKind kind, std::uint64_t batch, const Message& payload) {
  OutgoingFrames frames;
  frames.add({.kind = kind, .batch = batch}, payload);
  frames.write_some(fd);
}

// Uses no heap. So a worker that waits for its first batch has not written to
// the heap, and shares all of it with the pool.
void say_ready(int results, std::uint64_t number) {
  const FrameHeader header{.kind = FrameKind::kReady, .batch = number};
  write_fully(results, &header, sizeof header);
}

// Whether this is a header. No payload is larger than a process can hold.
bool is_header(const FrameHeader& header) {
  return header.magic == FrameHeader::kMagic &&
         header.payload <= std::numeric_limits<std::int64_t>::max();
}

// Calls `use` with an unpickler of the payload after `header`. Then skips what
// `use` has not read. Throws PickleError if the payload is cut off.
template <typename Use>
void with_payload(const FrameHeader& header, TaskInput& input, Use use) {
  Unpickler unpickler(
      [&input](void* to, std::size_t size) {
        return input.read_some(to, size);
      },
      Bytes(header.payload));
  use(unpickler);
  unpickler.skip_rest();
  if (unpickler.left() != Bytes()) throw PickleError("the frame is cut off");
}

// Runs a batch and replies. Meanwhile `run` says at which item it is. Sets
// `*replied` to the size of the reply before it sends the reply. So an
// exception before that is the task's, and one after that is the pipe's.
void run_batch(const FrameHeader& header, Unpickler& unpickler, BatchRun& run,
               int results, std::optional<Bytes>* replied) {
  const auto entry =
      reinterpret_cast<BatchEntry>(program_function(header.entry));
  entry(unpickler, run, [&](const Message& message) {
    *replied = message.size();
    flush_output();  // the pool may end this process at any time
    send(results, FrameKind::kResults, header.batch, message);
  });
}

// Returns how much went through the pipes.
Bytes serve_batch(const FrameHeader& header, TaskInput& input, int results,
                  Offers& offers) {
  BatchRun run{.first = header.first,
               .count = header.count,
               .current = header.first,
               .shown = &offers.item};
  run.begin(header.first);
  // An empty slot holds 0, so 0 is not the number of a batch.
  const bool mine = header.batch != 0 && header.slot < offers.slots.size() &&
                    offers.take(header.slot, header.batch);
  std::optional<Bytes> replied;
  std::optional<Failure> failure;
  with_payload(header, input, [&](Unpickler& unpickler) {
    if (!mine) return;  // it was stolen back
    try {
      run_batch(header, unpickler, run, results, &replied);
    } catch (...) {
      if (replied) throw;  // the pipe to the pool is broken
      failure = describe_exception(run.current);
    }
  });
  // Only now: the pool expects no reply before the worker has read all.
  if (failure) {
    flush_output();
    send(results, FrameKind::kFailure, header.batch, pickle(*failure));
  }
  // If there is more in the pipe, a later answer will tell the pool of this,
  // too.
  if (!mine && input.would_wait()) say_ready(results, header.batch);
  return Bytes(header.payload) + replied.value_or(Bytes());
}

void make_call(const FrameHeader& header, TaskInput& input) {
  with_payload(header, input, [&](Unpickler& unpickler) {
    const auto entry =
        reinterpret_cast<CallEntry>(program_function(header.entry));
    entry(unpickler);
  });
}

// Runs `initialize`. If it throws, tells the pool and returns false. Returns
// false, too, if the parent has ended.
template <typename Initialize>
bool run_initializer(int results, Initialize initialize) {
  const pid_t parent = ::getppid();
  try {
    initialize();
    return die_with_parent(parent);  // a change of user would undo it
  } catch (...) {
    send(results, FrameKind::kBroken, 0, pickle(describe_exception(0)));
    return false;
  }
}

int serve_batches(int tasks, int results, Offers& offers) {
  TaskInput input(tasks);
  say_ready(results, 0);
  bool much_is_left = false;
  for (;;) {
    if (much_is_left && input.would_wait()) {
      trim_heap();
      much_is_left = false;
    }
    FrameHeader header;
    const std::size_t got = input.read_fully(&header, sizeof header);
    if (got == 0) return 0;  // the pool has closed its end
    if (got != sizeof header || !is_header(header)) return kBrokenPipe;
    if (header.kind == FrameKind::kStop) return 0;
    if (header.kind != FrameKind::kInitialize) {
      const Bytes moved = serve_batch(header, input, results, offers);
      much_is_left = much_is_left || moved >= kLeavesMuch;
    } else if (run_initializer(results, [&] { make_call(header, input); })) {
      say_ready(results, header.batch);
    } else {
      return kInitializerFailed;
    }
  }
}

}  // namespace

int serve(int tasks, int results, Offers& offers, const Call& initializer) {
  try {
    if (initializer && !run_initializer(results, initializer)) {
      return kInitializerFailed;
    }
    return serve_batches(tasks, results, offers);
  } catch (const std::exception&) {
    return kBrokenPipe;
  }
}

bool set_up_pool_process(pid_t parent) {
  ignore_signal(SIGINT);
  read_no_input();
  return die_with_parent(parent);
}

bool make_call_in(int file) {
  TaskInput input(file);
  FrameHeader header;
  if (input.read_fully(&header, sizeof header) != sizeof header) return false;
  make_call(header, input);
  return true;
}

}  // namespace cow
