#include "cow/pool/worker.h"

#include <unistd.h>

#include <exception>
#include <utility>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "cow/pool/batch.h"
#include "cow/pool/failure.h"
#include "cow/pool/outgoing.h"

namespace cow {
namespace {

void send(int fd, FrameKind kind, std::uint64_t batch, Message payload) {
  OutgoingFrame frame;
  frame.begin({.kind = kind, .batch = batch}, std::move(payload));
  frame.write_some(fd);
}

// The payload that follows `header` in `fd`.
Unpickler unpickler_of(const FrameHeader& header, int fd) {
  return {[fd](void* to, std::size_t size) {
            return static_cast<std::size_t>(
                checked([&] { return ::read(fd, to, size); },
                        "read({}, {} bytes)", fd, size));
          },
          Bytes(header.payload)};
}

void run_batch(const FrameHeader& header, int tasks, int results) {
  Unpickler unpickler = unpickler_of(header, tasks);
  BatchRun run{
      .first = header.first, .count = header.count, .current = header.first};
  bool replied = false;
  try {
    const auto entry =
        reinterpret_cast<BatchEntry>(program_function(header.entry));
    entry(unpickler, run, [&](Message message) {
      replied = true;
      send(results, FrameKind::kResults, header.batch, std::move(message));
    });
  } catch (...) {
    if (replied) throw;  // the pipe to the pool is broken
    const Failure failure = describe_exception(run.current);
    unpickler.skip_rest();  // the pool expects a reply only then
    send(results, FrameKind::kFailure, header.batch, pickle(failure));
  }
}

// Runs `initialize`; if it throws, the pool is told, and the result is false.
template <typename Initialize>
bool initialized(int results, Initialize initialize) {
  try {
    initialize();
    return true;
  } catch (...) {
    send(results, FrameKind::kBroken, 0, pickle(describe_exception(0)));
    return false;
  }
}

int serve_batches(int tasks, int results) {
  for (;;) {
    FrameHeader header;
    const std::size_t got = read_fully(tasks, &header, sizeof header);
    if (got == 0) return 0;  // the pool has closed its end
    if (got != sizeof header || header.magic != FrameHeader::kMagic) {
      return kBrokenPipe;
    }
    if (header.kind == FrameKind::kStop) return 0;
    if (header.kind != FrameKind::kInitialize) {
      run_batch(header, tasks, results);
    } else if (!initialized(results, [&] { make_call(header, tasks); })) {
      return kInitializerFailed;
    }
  }
}

}  // namespace

int serve(int tasks, int results, const Call& initializer) {
  try {
    if (initializer && !initialized(results, initializer)) {
      return kInitializerFailed;
    }
    return serve_batches(tasks, results);
  } catch (const std::exception&) {
    return kBrokenPipe;
  }
}

void announce(int results) { send(results, FrameKind::kReady, 0, Message()); }

void make_call(const FrameHeader& header, int fd) {
  Unpickler unpickler = unpickler_of(header, fd);
  const auto entry =
      reinterpret_cast<CallEntry>(program_function(header.entry));
  entry(unpickler);
}

}  // namespace cow
