// The C library's heap, as far as forked copies of a process pay for it.
#pragma once

namespace cow {

/// Puts the free blocks of the heap where they belong, before a fork. glibc
/// does it bit by bit, in later calls of malloc: after a fork each copy of the
/// process would do it for itself, and so copy the pages in which they lie.
/// Takes no time if there are none.
void settle_heap();

/// Gives free memory back to the system.
void trim_heap();

}  // namespace cow
