// Pages with reference counts, and pages without. Reading an object writes to
// the first kind only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/lesson/page_picture.h"
#include "cow/object/count_table.h"
#include "cow/object/heap.h"
#include "cow/os/bytes.h"
#include "cow/pool/pool.h"

namespace cow {

/// The addresses of pages, in their order.
using PageList = std::vector<const std::byte*>;

/// How many of `pages` this process alone maps: in a worker those that it
/// copied. Throws NotPossible if its page map cannot be read.
Pages count_exclusive(const PageList& pages);

/// The pages of data with counted objects.
struct CountedPages {
  PageList with_counts;
  PageList without;  ///< of pointers to the objects, or plain numbers
};

/// The pages in which the `size` bytes from `begin` on lie.
PageList pages_of(const void* begin, Bytes size);

/// The pages of `heap` that are in use. A recording draws them from now on.
CountedPages counted_pages(const Heap& heap);
/// The same, but only for the counts of objects of `kind`. If `table` has
/// counts, all of them are in it, and no page of the heap has one.
CountedPages counted_pages(const Heap& heap, Kind kind,
                           const CountTable& table);

/// The pages of numbers from std::make_shared, and those of the pointers to
/// them. Takes only pages that are full of such blocks, because malloc also
/// writes to the others.
CountedPages counted_pages(const std::vector<std::shared_ptr<double>>& numbers);
/// The size of such a block: malloc's size, two counts, the number.
inline constexpr Bytes kSharedBlock{32};

/// A moment, and which pages the workers have copied by then.
struct Copies {
  Moment held;
  Pages pages_with_counts;  ///< how many there are
  Figure with_counts = {};  ///< copied ones, one value per worker
  Figure without = {};
  /// For each page, whether the first worker has it alone. `before`: when it
  /// was forked. `map`: after it has read. Pages with counts come first.
  std::vector<bool> before = {};
  std::vector<bool> map = {};
};

/// Maps `task` over the lesson's items and measures that. Also counts which of
/// `pages` are exclusive in a worker, before its first task and while it holds
/// one. Throws as Lesson::measure does, and NotPossible if a page map cannot be
/// read.
Copies measure_copies(Lesson& lesson, std::string_view name, Pool& pool,
                      double (*task)(int), const CountedPages& pages);

/// Claims that each worker has copied `pages` that hold counts, and nothing
/// else: page by page, and by its USS.
void claim_copies(Lesson& lesson, const Copies& copies, const Formula& pages);

/// A row of a picture.
struct CopiesRow {
  std::string label;
  const Copies& copies;
  /// What is in the pages, in a word or two. The first letter is their sign in
  /// the picture; as a capital if they are copied.
  std::string with_counts;
  std::string without;
};

/// The pages of the first worker, once under the heading `before` and once
/// under `after`. Each content of pages has a colour (at most six), with a
/// paler tint for shared pages.
PagePicture copies_picture(std::string title, const std::string& before,
                           const std::string& after,
                           const std::vector<CopiesRow>& rows);

}  // namespace cow
