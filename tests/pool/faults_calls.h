// System calls that fail or do only a part, when a test wants it. The program
// is linked with --wrap for each of them, so that the pool's calls come here;
// calls of libraries do not.
#pragma once

#include <cstdint>
#include <string>

namespace cow::testing::calls {

/// From now on the call that is made after `good` others fails, with what its
/// manual page names as a lack: EMFILE, ENOMEM, EAGAIN. Of: pipe2, fork,
/// posix_spawn, mmap, memfd_create, ftruncate, epoll_create1, epoll_ctl,
/// socketpair, pidfd_open.
void fail_after(int good);
/// The same of all calls that are made after them.
void fail_all_after(int good);
/// Nothing fails any more. Returns the name of the call that did, or nothing.
std::string stop_failing();

/// Of the letters that come, the one after `good` others is not taken in, for
/// lack of memory. -1: none.
void fail_to_receive_after(int good);

/// From now on reads and writes of pipes do what they may do: take one byte, or
/// some, are interrupted, or find a pipe that does not wait empty or full. Also
/// an initializer, for workers that inherit nothing.
void stutter(std::uint32_t seed);
void stop_stuttering();

/// From now on, or no longer, the kernel knows no pidfds.
void be_an_old_kernel(bool old);

/// From now on, or no longer, the kernel refuses to signal by a pidfd, or to
/// wait by one.
void refuse_signals(bool refuse);
void refuse_to_wait_by_pidfd(bool refuse);

/// From now on, or no longer, there is no /dev/null.
void hide_dev_null(bool hide);

/// How often epoll_wait has been called.
std::int64_t waits();

/// From now on, or no longer, no pipe can be given another capacity.
void refuse_other_capacities(bool refuse);

}  // namespace cow::testing::calls
