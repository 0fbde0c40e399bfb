#include "cow/pool/map_job.h"

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

Chunks::Chunks(std::int64_t items, std::int64_t chunk_size)
    : items_(items),
      chunk_size_(chunk_size),
      count_(items == 0 ? 0 : ceil_divide(items, chunk_size)) {}

ItemRange Chunks::range(std::int64_t batch) const {
  const std::int64_t first = batch * chunk_size_;
  return {static_cast<std::size_t>(first),
          static_cast<std::size_t>(std::min(chunk_size_, items_ - first))};
}

Outcome::Outcome(std::int64_t batches)
    : batches_(batches), begun_(std::chrono::steady_clock::now()) {
  if (done()) ended_ = begun_;
}

void Outcome::count_one() {
  ++done_;
  if (done()) ended_ = std::chrono::steady_clock::now();
}

void Outcome::count_failure(std::size_t item, std::exception_ptr error) {
  if (!error_ || item < failed_item_) {
    failed_item_ = item;
    error_ = std::move(error);
  }
  count_one();
}

std::chrono::duration<double> Outcome::elapsed() const {
  return ended_.value_or(std::chrono::steady_clock::now()) - begun_;
}

}  // namespace cow
