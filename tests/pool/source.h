// Items that do not exist before they are asked for.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>

namespace cow::testing {

/// A range of `make(0)`, `make(1)` … `make(count - 1)` that can be read once,
/// and tells how far it was read.
template <typename Item = int>
class Source {
 public:
  explicit Source(
      int count, std::function<Item(int)> make = [](int i) { return i; })
      : count_(count), make_(std::move(make)) {}

  /// How many items were asked for so far.
  int produced() const { return produced_; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = const Item*;
    using reference = Item;

    explicit Iterator(Source* source) : source_(source) {}
    Item operator*() const {
      ++source_->produced_;
      return source_->make_(source_->next_);
    }
    Iterator& operator++() {
      ++source_->next_;
      return *this;
    }
    bool operator==(std::default_sentinel_t /*end*/) const {
      return source_->next_ >= source_->count_;
    }

   private:
    Source* source_;
  };
  Iterator begin() { return Iterator(this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  int count_;
  std::function<Item(int)> make_;
  int next_ = 0;
  int produced_ = 0;
};

/// As many items as `workers` workers of an imap may have read ahead, if the
/// items are small: 64 batches for each (pool.h).
constexpr int most_ahead(int workers, int chunk_size = 1) {
  return 64 * workers * chunk_size;
}

}  // namespace cow::testing
