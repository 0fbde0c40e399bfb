// The result of pickling: the bytes of values, to be sent to another process.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cow/os/bytes.h"

namespace cow {

/// The bytes of pickled values. Large blocks are not copied but referred to, so
/// the message must not outlive the values. Move-only.
class Message {
 public:
  Message() = default;
  Message(Message&&) noexcept = default;
  Message& operator=(Message&&) noexcept = default;

  Bytes size() const { return size_; }
  /// Calls `use` with the address and size of each piece, in their order. The
  /// addresses are good as long as the message. No piece is empty.
  template <typename Use>
  void for_each_piece(Use use) const {
    std::size_t begin = 0;
    for (const Block& block : blocks_) {
      if (block.before != begin) {
        use(copied_.data() + begin, block.before - begin);
        begin = block.before;
      }
      use(block.data, block.size);
    }
    if (begin != copied_.size()) {
      use(copied_.data() + begin, copied_.size() - begin);
    }
  }
  /// All bytes in one string, for tests and for showing them.
  std::string to_string() const;

 private:
  friend class Pickler;

  // A block elsewhere. Its place in the message is after the first `before`
  // bytes of `copied_`.
  struct Block {
    std::size_t before;
    const void* data;
    std::size_t size;
  };

  std::string copied_;
  std::vector<Block> blocks_;
  Bytes size_;
};

}  // namespace cow
