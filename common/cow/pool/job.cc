#include "cow/pool/job.h"

#include <algorithm>

namespace cow {
namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return a / b + (a % b == 0 ? 0 : 1);
}

}  // namespace

std::int64_t default_chunk_size(std::int64_t items, int workers) {
  return ceil_divide(items, 4 * static_cast<std::int64_t>(workers));
}

Job::Job(std::int64_t items, std::int64_t chunk_size, std::uint64_t entry)
    : items_(items),
      chunk_size_(chunk_size),
      batches_(items == 0 ? 0 : ceil_divide(items, chunk_size)),
      entry_(entry),
      begun_(std::chrono::steady_clock::now()) {
  if (batches_ == 0) ended_ = begun_;
}

Job::Range Job::range(std::int64_t batch) const {
  const std::int64_t first = batch * chunk_size_;
  return {static_cast<std::size_t>(first),
          static_cast<std::size_t>(std::min(chunk_size_, items_ - first))};
}

FrameHeader Job::header(std::int64_t batch, std::uint64_t number) const {
  const Range items = range(batch);
  return {.kind = FrameKind::kBatch,
          .batch = number,
          .entry = entry_,
          .first = items.first,
          .count = items.count};
}

void Job::succeed(std::int64_t batch, std::span<const std::byte> payload) {
  try {
    store(batch, payload);
  } catch (...) {
    fail(static_cast<std::int64_t>(range(batch).first),
         std::current_exception());
    return;
  }
  count_one();
}

void Job::fail(std::int64_t item, std::exception_ptr error) {
  if (!error_ || item < failed_item_) {
    failed_item_ = item;
    error_ = std::move(error);
  }
  count_one();
}

void Job::count_one() {
  ++done_;
  if (done()) ended_ = std::chrono::steady_clock::now();
}

std::chrono::duration<double> Job::elapsed() const {
  return ended_.value_or(std::chrono::steady_clock::now()) - begun_;
}

}  // namespace cow
