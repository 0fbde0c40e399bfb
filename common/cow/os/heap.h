// The C library's heap: what makes the forked copies of a process cheaper.
#pragma once

namespace cow {

/// To be called before a fork: sorts the free blocks of the heap. Otherwise
/// glibc does that bit by bit, in later calls of malloc. After a fork each copy
/// of the process would do it for itself, and so copy the pages in which the
/// free blocks lie. Takes hardly any time if there is nothing to sort.
void settle_heap();

/// Gives free memory of the heap back to the system.
void trim_heap();

}  // namespace cow
