// Pages by whether a count lies in them: those that reading an object writes
// to, and the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cow/lesson/lesson.h"
#include "cow/lesson/page_picture.h"
#include "cow/object/heap.h"
#include "cow/os/bytes.h"
#include "cow/pool/pool.h"

namespace cow {

/// The beginnings of pages, in the order of addresses.
using PageList = std::vector<const std::byte*>;

/// The pages of something that is counted.
struct CountedPages {
  PageList with_counts;
  PageList without;  ///< pointers to what is counted, or plain numbers
};

/// The pages of `heap` that are in use.
CountedPages counted_pages(const Heap& heap);

/// The pages of numbers that std::make_shared made, and those of the pointers.
/// Only pages full of its blocks are taken: into others malloc writes, too.
CountedPages counted_pages(const std::vector<std::shared_ptr<double>>& numbers);
/// The size of such a block: two counts in front of the number, malloc's size.
inline constexpr Bytes kSharedBlock{32};

/// A moment, and which pages the workers have for themselves then.
struct Copies {
  Moment held;
  Pages pages_with_counts;  ///< how many there are
  Figure with_counts = {};  ///< copied, one value a worker
  Figure without = {};
  /// Of each page, those with counts first, whether the first worker has copied
  /// it: when it was forked, and when it had read.
  std::vector<bool> before = {};
  std::vector<bool> map = {};
};

/// Maps `task` over the lesson's items and measures it, with a look at `pages`:
/// those that are exclusive in a worker, also before it has a task. Throws as
/// Lesson::measure does, and NotPossible if a page map cannot be read.
Copies measure_copies(Lesson& lesson, std::string_view name, Pool& pool,
                      double (*task)(int), const CountedPages& pages);

/// A row of a picture.
struct CopiesRow {
  std::string label;
  const Copies& copies;
  /// What lies in the pages, in a word or two. Its first letter is their sign
  /// in the picture, a capital where they are copied.
  std::string with_counts;
  std::string without;
};

/// The pages of the first worker, in rows: all of them under the heading
/// `before`, and all again under `after`. There is a colour for each thing that
/// lies in pages, for up to six; a paler one where they are shared.
PagePicture copies_picture(std::string title, const std::string& before,
                           const std::string& after,
                           const std::vector<CopiesRow>& rows);

}  // namespace cow
