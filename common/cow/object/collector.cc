#include "cow/object/collector.h"

#include <algorithm>
#include <new>

namespace cow {

Collector::Collector(Heap& heap, Marks marks) : heap_(heap), marks_(marks) {
  make_room_for_table();
}

std::int64_t Collector::collect(List& root) {
  make_room_for_table();
  depth_ = 0;
  heap_.for_each_list([this](List& list) {
    if (!is_frozen(list)) mark_of(list).byte &= ~mark_of(list).bit;
  });
  heap_.for_each_list([this](List& list) {
    if (!is_frozen(list)) return;
    for (std::int64_t i = 0; i < list.size_; ++i) mark_from(list.items_[i]);
  });
  mark_from(&root);
  // Each is referred to from here, so none ends before all are empty.
  std::vector<Ref<List>> unreached;
  heap_.for_each_list([&](List& list) {
    const bool reached = is_frozen(list) || mark_of(list).is_set();
    if (!reached) unreached.emplace_back(list);
  });
  for (const Ref<List>& list : unreached) {
    for (std::int64_t i = 0; i < list->size_; ++i) list->set(i, {});
  }
  return std::ssize(unreached);
}

void Collector::freeze() {
  heap_.for_each_list([this](const List& list) {
    const auto place = static_cast<std::size_t>(Heap::place_of(list));
    frozen_.resize(std::max(frozen_.size(), place + 1));
    frozen_[place] = true;
  });
}

// The stack gets as deep as lists lie in lists.
void Collector::mark_from(Object* first) {
  look_at(first);
  while (depth_ > 0) {
    Entry& last = stack()[depth_ - 1];
    if (last.next == last.list->size_) {
      --depth_;
    } else {
      look_at(last.list->items_[last.next++]);
    }
  }
}

void Collector::look_at(Object* item) {
  if (item == nullptr || item->type->kind != Kind::kList) return;
  auto& list = static_cast<List&>(*item);
  if (is_frozen(list) || mark_of(list).is_set()) return;
  mark_of(list).byte |= mark_of(list).bit;
  const Bytes used = table_size_ + Bytes(sizeof(Entry)) * (depth_ + 1);
  if (used > block_size_) make_room(2 * used);
  stack()[depth_++] = {.list = &list, .next = 0};
}

bool Collector::is_frozen(const List& list) const {
  if (frozen_.empty()) return false;
  const auto place = static_cast<std::size_t>(Heap::place_of(list));
  return place < frozen_.size() && frozen_[place];
}

Collector::Mark Collector::mark_of(List& list) const {
  if (marks_ == Marks::kInHeaders) return {list.links().mark, std::byte{1}};
  const std::int64_t place = Heap::place_of(list);
  return {block_[place / 8], std::byte{1} << (place % 8)};
}

void Collector::make_room_for_table() {
  std::int64_t bits = 0;
  heap_.for_each_list([&](const List& list) {
    bits = std::max(bits, Heap::place_of(list) + 1);
  });
  if (marks_ == Marks::kInHeaders) bits = 0;
  table_size_ = 16_B * ((bits + 127) / 128);  // so that the stack is aligned
  make_room(table_size_ + page_size());
}

void Collector::make_room(Bytes size) {
  if (size <= block_size_) return;
  auto* const larger = static_cast<std::byte*>(heap_.allocate(size));
  std::copy_n(block_, block_size_.size(), larger);
  heap_.free(block_);
  block_ = larger;
  block_size_ = size;
}

Collector::Entry* Collector::stack() const {
  return std::launder(reinterpret_cast<Entry*>(block_ + table_size_.size()));
}

}  // namespace cow
