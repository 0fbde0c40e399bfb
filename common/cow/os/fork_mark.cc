#include "cow/os/fork_mark.h"

#include "cow/os/error.h"

namespace cow {

void ForkMark::set() {
  page_ = Mapping(page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE);
  checked(
      [this] {
        return ::madvise(page_.data(), page_.size().size(), MADV_WIPEONFORK);
      },
      "madvise(MADV_WIPEONFORK)");
  *page_.data() = std::byte{1};
}

}  // namespace cow
