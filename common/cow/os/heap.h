// Calls for the C library's heap that make forks of a process cheaper.
#pragma once

namespace cow {

/// To be called before a fork: sorts the free blocks of the heap. Otherwise
/// glibc sorts them later, in calls of malloc. After a fork each process would
/// sort its own blocks, and so copy the pages in which they are. Takes little
/// time if there is nothing to sort.
void settle_heap();

/// Gives free memory of the heap back to the system.
void trim_heap();

}  // namespace cow
