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
#include "cow/pool/batch.h"
#include "cow/pool/failure.h"
#include "cow/pool/incoming.h"
#include "cow/pool/offers.h"
#include "cow/pool/outgoing.h"

namespace cow {
namespace {

// After a batch of this size the memory that it has freed is given back to the
// system. The C library would keep it, and so would this worker:
// malloc_trim(3).
constexpr Bytes kLeavesMuch{64 << 10};

void send(int fd, FrameKind kind, std::uint64_t batch, const Message& payload) {
  OutgoingFrames frames;
  frames.add({.kind = kind, .batch = batch}, payload);
  frames.write_some(fd);
}

// Uses no heap: so a worker that waits for its first batch has written nothing
// to it, and shares it all with the pool.
void say_ready(int results, std::uint64_t number) {
  const FrameHeader header{.kind = FrameKind::kReady, .batch = number};
  write_fully(results, &header, sizeof header);
}

// Whether this is a header at all. No payload is larger than a process can
// hold.
bool is_header(const FrameHeader& header) {
  return header.magic == FrameHeader::kMagic &&
         header.payload <= std::numeric_limits<std::int64_t>::max();
}

// Calls `use` with an unpickler of the payload that follows `header`. Reads the
// payload to its end, whatever `use` has read. Throws PickleError if the input
// ends before.
template <typename Use>
void with_payload(const FrameHeader& header, TaskInput& input, Use use) {
  const auto expect_all = [](bool all) {
    if (!all) throw PickleError("the frame is cut off");
  };
  if (header.payload <= TaskInput::kMostViewed) {
    const auto payload = input.view(static_cast<std::size_t>(header.payload));
    expect_all(payload.size() == header.payload);
    Unpickler unpickler(payload);
    use(unpickler);
    return;
  }
  Unpickler unpickler(
      [&](void* to, std::size_t size) { return input.read_some(to, size); },
      Bytes(header.payload));
  use(unpickler);
  unpickler.skip_rest();
  expect_all(unpickler.left() == Bytes());
}

// Runs a batch and replies. Meanwhile `run` says which item it is at. Sets
// `*replied` to the size of the reply before it sends that. So what is thrown
// earlier is the task's, and what is thrown later is the pipe's.
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
               .shown = &offers};
  run.begin(header.first);
  // Batches have numbers from 1 on: 0 is what stands in an empty slot.
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
  // Only now, because the pool expects no reply before all has been read.
  if (failure) {
    flush_output();
    send(results, FrameKind::kFailure, header.batch, pickle(*failure));
  }
  // If more is in the pipe, the answer to that says as much.
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

// Runs `initialize`. If it throws, tells the pool. False if it throws or the
// parent has ended.
template <typename Initialize>
bool run_initializer(int results, Initialize initialize) {
  const pid_t parent = ::getppid();
  try {
    initialize();
    return end_with(parent);  // it may have changed the user
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

void BatchRun::begin(std::uint64_t item) {
  current = item;
  if (shown != nullptr) shown->item.store(item, std::memory_order_relaxed);
}

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
  return end_with(parent);
}

bool make_call_in(int file) {
  TaskInput input(file);
  FrameHeader header;
  if (input.read_fully(&header, sizeof header) != sizeof header) return false;
  make_call(header, input);
  return true;
}

}  // namespace cow
