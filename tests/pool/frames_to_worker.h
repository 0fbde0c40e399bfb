// Frames as a pool sends them to a worker, and the worker's loop run over a
// stream of them by this process: for the unit tests and the fuzz target.
//
// Whatever offset in the program's code a frame names is called. So the entries
// are real ones, and no task is a plain function, which would be such an offset
// within the payload.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/os/descriptor.h"
#include "cow/os/error.h"
#include "cow/pool/frame.h"
#include "cow/pool/offers.h"
#include "cow/pool/worker.h"
#include "cow/task/batch.h"
#include "cow/task/call.h"

namespace cow::testing {

/// The items that a task of `Note` has been called with.
inline std::vector<std::int64_t> noted;

struct Note {
  std::int64_t operator()(std::int64_t item) const {
    noted.push_back(item);
    return item;
  }
};
struct Join {
  std::string operator()(
      const std::map<std::string, std::vector<std::string>>& all) const {
    std::string joined;
    for (const auto& [name, texts] : all) {
      joined += name;
      for (const std::string& text : texts) joined += text;
    }
    return joined;
  }
};
struct Same {
  std::vector<std::shared_ptr<std::string>> operator()(
      const std::vector<std::shared_ptr<std::string>>& all) const {
    return all;
  }
};
/// An object, which goes with every batch.
struct Times {
  std::vector<double> factors{2};

  double operator()(double item) const {
    for (const double factor : factors) item *= factor;
    return item;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(factors);
  }
};
/// An initializer's call.
struct Expect {
  void operator()(const std::string& text) const {
    if (text != "good") throw std::invalid_argument("not good: " + text);
  }
};

/// Where frames may lead to: batches of each kind of task, as a map and as an
/// imap run them.
inline std::vector<std::uint64_t> batch_entries() {
  std::vector<std::uint64_t> entries;
  const auto add = [&]<typename Kind>(Kind) {
    for (const auto run : {&Kind::run, &Kind::run_each}) {
      entries.push_back(program_offset(reinterpret_cast<AnyFunction>(run)));
    }
  };
  add(Batch<Note, std::int64_t>());
  add(Batch<Join, std::map<std::string, std::vector<std::string>>>());
  add(Batch<Same, std::vector<std::shared_ptr<std::string>>>());
  add(Batch<Times, double>());
  return entries;
}

/// A frame of one batch whose first item has the index `first`.
template <typename F, typename Item>
std::string batch_frame(std::uint64_t number, std::uint16_t slot,
                        std::uint64_t first, const F& task,
                        const std::vector<Item>& items) {
  using Kind = Batch<F, Item>;
  const std::string payload = Kind::pickle(task, items).to_string();
  const FrameHeader header{
      .kind = FrameKind::kBatch,
      .slot = slot,
      .payload = payload.size(),
      .batch = number,
      .entry = program_offset(reinterpret_cast<AnyFunction>(&Kind::run)),
      .first = first,
      .count = items.size()};
  std::string frame(sizeof header, '\0');
  std::memcpy(frame.data(), &header, sizeof header);
  return frame + payload;
}

/// A frame with a call of `Expect`.
inline std::string initialize_frame(const std::string& text) {
  const Call call(Expect(), text);
  const std::string payload = call.pickle().to_string();
  const FrameHeader header{.kind = FrameKind::kInitialize,
                           .payload = payload.size(),
                           .entry = call.entry()};
  std::string frame(sizeof header, '\0');
  std::memcpy(frame.data(), &header, sizeof header);
  return frame + payload;
}

inline std::string stop_frame() {
  const FrameHeader header;
  return {reinterpret_cast<const char*>(&header), sizeof header};
}

/// What a worker has done with a stream of bytes.
struct Served {
  struct Reply {
    FrameHeader header;
    std::string payload;
  };

  int code = -1;  ///< the worker's exit code
  std::vector<Reply> replies;
  std::vector<std::uint64_t> ready;  ///< up to where it said that it was ready
  std::string rest;  ///< what it has written behind them; empty if all is well
};

/// A file in memory that holds `bytes` and is read from its beginning.
inline Descriptor file_of(std::string_view bytes) {
  Descriptor file(checked([] { return ::memfd_create("frames", MFD_CLOEXEC); },
                          "memfd_create"));
  write_fully(file.get(), bytes.data(), bytes.size());
  checked([&] { return ::lseek(file.get(), 0, SEEK_SET); }, "lseek");
  return file;
}

/// Runs the worker's loop over `stream`.
inline Served served(std::string_view stream, Offers& offers) {
  const Descriptor tasks = file_of(stream);
  const Descriptor results = file_of({});
  Served served;
  served.code = serve(tasks.get(), results.get(), offers, Call());
  checked([&] { return ::lseek(results.get(), 0, SEEK_SET); }, "lseek");
  std::string& rest = served.rest;
  for (std::array<char, 4096> part{};;) {
    const std::size_t got = read_fully(results.get(), part.data(), part.size());
    if (got == 0) break;
    rest.append(part.data(), got);
  }
  while (rest.size() >= sizeof(FrameHeader)) {
    Served::Reply reply;
    std::memcpy(&reply.header, rest.data(), sizeof reply.header);
    const std::size_t left = rest.size() - sizeof reply.header;
    if (reply.header.magic != FrameHeader::kMagic ||
        reply.header.payload > left) {
      break;
    }
    const auto size = static_cast<std::size_t>(reply.header.payload);
    reply.payload = rest.substr(sizeof reply.header, size);
    rest.erase(0, sizeof reply.header + size);
    if (reply.header.kind == FrameKind::kReady) {
      served.ready.push_back(reply.header.batch);
    } else {
      served.replies.push_back(std::move(reply));
    }
  }
  return served;
}

}  // namespace cow::testing
