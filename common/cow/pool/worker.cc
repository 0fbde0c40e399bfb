#include "cow/pool/worker.h"

#include <cxxabi.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <typeinfo>
#include <utility>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "cow/pool/batch.h"
#include "cow/pool/frame.h"
#include "cow/pool/outgoing.h"

namespace cow {
namespace {

std::string readable(const std::type_info* type) {
  if (type == nullptr) return "an exception of unknown type";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? name.get() : type->name();
}

// What is being handled by the caller's catch block.
Failure describe_exception(std::uint64_t item) {
  Failure failure{.item = item,
                  .type = readable(abi::__cxa_current_exception_type()),
                  .text = ""};
  try {
    throw;
  } catch (const std::exception& error) {
    failure.text = error.what();
  } catch (...) {
    // Only its type can be told.
  }
  return failure;
}

void send(int fd, FrameKind kind, std::uint64_t batch, Message payload) {
  OutgoingFrame frame;
  frame.begin({.kind = kind, .batch = batch}, std::move(payload));
  frame.write_some(fd);
}

void run_batch(const FrameHeader& header, int tasks, int results) {
  Unpickler unpickler(
      [tasks](void* to, std::size_t size) {
        return static_cast<std::size_t>(
            checked([&] { return ::read(tasks, to, size); },
                    "read({}, {} bytes)", tasks, size));
      },
      Bytes(header.payload));
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

int serve_batches(int tasks, int results) {
  for (;;) {
    FrameHeader header;
    const std::size_t got = read_fully(tasks, &header, sizeof header);
    if (got == 0) return 0;  // the pool has closed its end
    if (got != sizeof header || header.magic != FrameHeader::kMagic) {
      return kBrokenPipe;
    }
    if (header.kind == FrameKind::kStop) return 0;
    run_batch(header, tasks, results);
  }
}

}  // namespace

int serve(int tasks, int results, const std::function<void()>& initializer) {
  try {
    if (initializer) initializer();
  } catch (...) {
    const Failure failure = describe_exception(0);
    send(results, FrameKind::kBroken, 0, pickle(failure));
    return kInitializerFailed;
  }
  try {
    return serve_batches(tasks, results);
  } catch (const std::exception&) {
    return kBrokenPipe;
  }
}

}  // namespace cow
