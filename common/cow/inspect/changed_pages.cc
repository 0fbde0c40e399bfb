#include "cow/inspect/changed_pages.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "cow/inspect/cpython.h"

namespace cow {
namespace {

// What lies in the one process, or else in the other at the same address. A
// forked process has a page of a file, which may hold the name of a type, only
// when it has touched it.
ReadPieces either(const ReadPieces& one, const ReadPieces& other) {
  return [&](std::span<RemotePiece> pieces) -> Reading<std::size_t> {
    auto read = one(pieces);
    if (!read) return read;
    std::size_t count = *read;
    for (RemotePiece& piece : pieces) {
      if (piece.read) continue;
      piece.read = read_at(other, piece.address, piece.to);
      count += piece.read ? 1 : 0;
    }
    return count;
  };
}

using Tally = std::array<Pages, kPageChanges.size()>;

// Blocks of memory in which pages are compared, some at a time.
class Comparer {
 public:
  Comparer(const ReadPieces& changed, const ReadPieces& original)
      : changed_(changed),
        original_(original),
        types_(either(changed, original)) {}

  // Takes some of the pages from the front. The reason if they cannot be read.
  std::optional<Absent> compare_some(std::span<const std::uint64_t>& pages) {
    theirs_.clear();
    ours_.clear();
    std::size_t blocks = 0;
    const std::span<const std::uint64_t> all = pages;
    for (std::uint64_t last = 0; !pages.empty(); pages = pages.subspan(1)) {
      const std::uint64_t block = pages[0] / block_ * block_;
      if (blocks == 0 || block != last) {
        if (blocks == kBlocks) break;
        add_block(block, blocks++);
      }
      last = block;
      const std::size_t at = (blocks - 1) * block_ + pages[0] - block;
      theirs_.push_back({pages[0], std::span(before_).subspan(at, page_)});
    }
    std::fill(after_.begin(), after_.end(), std::byte{});
    for (const auto& [memory, pieces] :
         {std::pair(&original_, &theirs_), std::pair(&changed_, &ours_)}) {
      const auto read = (*memory)(*pieces);
      if (!read) return Absent{read.reason()};
    }
    compare(all.first(all.size() - pages.size()));
    return std::nullopt;
  }

  ChangedPages result() const {
    std::map<std::string, ChangedType> by_name;
    for (const auto& [type, pages] : tallies_) {
      const std::string name = type == nullptr ? "" : type->name;
      ChangedType& sum = by_name[name];
      sum.name = name;
      sum.collected = sum.collected || (type != nullptr && type->collected);
      for (std::size_t i = 0; i < pages.size(); ++i) {
        sum.pages[i] = sum.pages[i] + pages[i];
      }
    }
    ChangedPages result{.types = {}, .unread = unread_};
    for (auto& [name, sum] : by_name) result.types.push_back(std::move(sum));
    std::stable_sort(
        result.types.begin(), result.types.end(),
        [](const auto& a, const auto& b) { return a.all() > b.all(); });
    return result;
  }

 private:
  static constexpr std::size_t kBlocks = 16;

  void add_block(std::uint64_t begin, std::size_t index) {
    for (std::size_t at = 0; at < block_; at += page_) {
      ours_.push_back(
          {begin + at, std::span(after_).subspan(index * block_ + at, page_)});
    }
  }

  void compare(std::span<const std::uint64_t> pages) {
    std::optional<PythonObjects> objects;
    std::size_t last = kBlocks;
    auto ours = ours_.begin();
    for (std::size_t i = 0; i < pages.size(); ++i) {
      const auto at =
          static_cast<std::size_t>(theirs_[i].to.data() - before_.data());
      ours = std::find_if(ours, ours_.end(), [&](const RemotePiece& piece) {
        return piece.address >= pages[i];
      });
      if (!theirs_[i].read || ours == ours_.end() ||
          ours->address != pages[i] || !ours->read) {
        unread_ = unread_ + Pages(1);
        continue;
      }
      const std::size_t begin = at / block_ * block_;
      if (!objects || std::exchange(last, begin / block_) != begin / block_) {
        objects.emplace(pages[i] / block_ * block_,
                        std::span(after_).subspan(begin, block_), types_);
      }
      const std::size_t offset = at - begin;
      const PageChange change = compare_pages(
          theirs_[i].to, ours->to,
          [&](std::size_t word) { return objects->use_of(offset + word); });
      Pages& count = tallies_[objects->main_type(offset, offset + page_)]
                             [static_cast<std::size_t>(change)];
      count = count + Pages(1);
    }
  }

  const std::size_t page_ = page_size().size();
  const std::size_t block_ = std::max(PythonObjects::kBlock, page_);
  const ReadPieces& changed_;
  const ReadPieces& original_;
  PythonTypes types_;
  std::vector<std::byte> before_ = std::vector<std::byte>(kBlocks * block_);
  std::vector<std::byte> after_ = std::vector<std::byte>(kBlocks * block_);
  std::vector<RemotePiece> theirs_;  // the original's, one for each page
  std::vector<RemotePiece> ours_;    // of the changed, all of each block
  std::map<const PythonType*, Tally> tallies_;
  Pages unread_;
};

}  // namespace

Pages ChangedType::all() const {
  Pages sum;
  for (const Pages count : pages) sum = sum + count;
  return sum;
}

Pages ChangedPages::compared() const {
  Pages sum;
  for (const ChangedType& type : types) sum = sum + type.all();
  return sum;
}

Pages ChangedPages::count(PageChange change) const {
  Pages sum;
  for (const ChangedType& type : types) {
    sum = sum + type.pages[static_cast<std::size_t>(change)];
  }
  return sum;
}

Reading<ChangedPages> compare_memory(const ReadPieces& changed,
                                     const ReadPieces& original,
                                     const std::vector<std::uint64_t>& pages) {
  Comparer comparer(changed, original);
  std::span<const std::uint64_t> left = pages;
  while (!left.empty()) {
    const std::optional<Absent> failed = comparer.compare_some(left);
    if (failed) return *failed;
  }
  return comparer.result();
}

}  // namespace cow
