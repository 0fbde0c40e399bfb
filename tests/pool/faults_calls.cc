#include "pool/faults_calls.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <random>
#include <string_view>
#include <utility>

namespace cow::testing::calls {
namespace {

int good_calls = -1;    // before the one that fails; -1: none does
bool all_fail = false;  // from then on
const char* failed = "";
int good_letters = -1;  // before the one that cannot be taken in
bool stuttering = false;
std::int64_t waits_made = 0;
bool capacities_stay = false;
bool kernel_is_old = false;
bool signals_are_refused = false;
bool waits_are_refused = false;
bool dev_null_is_hidden = false;
std::minstd_rand chance;

bool fails(const char* call, int error) {
  if (good_calls == -1) return false;
  const bool is_good = good_calls > 0;
  if (is_good || !all_fail) --good_calls;
  if (is_good) return false;
  failed = call;
  errno = error;
  return true;
}

// How much of a transfer is done: all, or less; or -1, with errno set.
ssize_t part_of(int fd, std::size_t size) {
  struct stat status {};
  if (!stuttering || ::fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode)) {
    return static_cast<ssize_t>(size);
  }
  const bool waits = (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
  switch (chance() % 8) {
    case 0:
      errno = EINTR;
      return -1;
    case 1:
      if (waits) return 1;
      errno = EAGAIN;
      return -1;
    case 2:
    case 3:
      return 1;
    case 4:
    case 5:  // often the end of a header, or the middle of it
      return static_cast<ssize_t>(
          std::min<std::size_t>(size, chance() % 60 + 1));
    case 6:
      return static_cast<ssize_t>(chance() % size + 1);
    default:
      return static_cast<ssize_t>(size);
  }
}

}  // namespace

void fail_after(int good) {
  failed = "";
  good_calls = good;
  all_fail = false;
}

void fail_all_after(int good) {
  fail_after(good);
  all_fail = true;
}

std::string stop_failing() {
  good_calls = -1;
  return std::exchange(failed, "");
}

void fail_to_receive_after(int good) { good_letters = good; }

std::int64_t waits() { return waits_made; }

void stutter(std::uint32_t seed) {
  chance.seed(seed);
  stuttering = true;
}

void stop_stuttering() { stuttering = false; }

void refuse_other_capacities(bool refuse) { capacities_stay = refuse; }

void be_an_old_kernel(bool old) { kernel_is_old = old; }

void refuse_signals(bool refuse) { signals_are_refused = refuse; }

void refuse_to_wait_by_pidfd(bool refuse) { waits_are_refused = refuse; }

void hide_dev_null(bool hide) { dev_null_is_hidden = hide; }

}  // namespace cow::testing::calls

using cow::testing::calls::fails;
using cow::testing::calls::good_letters;
using cow::testing::calls::kernel_is_old;
using cow::testing::calls::part_of;

// The names are the linker's: ld(1), --wrap.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __real_pipe2(int*, int);
int __wrap_pipe2(int* ends, int flags);
int __wrap_pipe2(int* ends, int flags) {
  return fails("pipe2", EMFILE) ? -1 : __real_pipe2(ends, flags);
}

pid_t __real_fork();
pid_t __wrap_fork();
pid_t __wrap_fork() { return fails("fork", EAGAIN) ? -1 : __real_fork(); }

using Strings = char* const*;
int __real_posix_spawn(pid_t*, const char*, const posix_spawn_file_actions_t*,
                       const posix_spawnattr_t*, Strings, Strings);
int __wrap_posix_spawn(pid_t* pid, const char* path,
                       const posix_spawn_file_actions_t* actions,
                       const posix_spawnattr_t* attributes, Strings arguments,
                       Strings environment);
int __wrap_posix_spawn(pid_t* pid, const char* path,
                       const posix_spawn_file_actions_t* actions,
                       const posix_spawnattr_t* attributes, Strings arguments,
                       Strings environment) {
  if (fails("posix_spawn", EAGAIN)) return errno;
  return __real_posix_spawn(pid, path, actions, attributes, arguments,
                            environment);
}

void* __real_mmap(void*, std::size_t, int, int, int, off_t);
void* __wrap_mmap(void* at, std::size_t size, int protection, int flags, int fd,
                  off_t offset);
void* __wrap_mmap(void* at, std::size_t size, int protection, int flags, int fd,
                  off_t offset) {
  if (fails("mmap", ENOMEM)) return MAP_FAILED;
  return __real_mmap(at, size, protection, flags, fd, offset);
}

int __real_memfd_create(const char*, unsigned);
int __wrap_memfd_create(const char* name, unsigned flags);
int __wrap_memfd_create(const char* name, unsigned flags) {
  if (fails("memfd_create", EMFILE)) return -1;
  return __real_memfd_create(name, flags);
}

int __real_ftruncate(int, off_t);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size) {
  return fails("ftruncate", ENOSPC) ? -1 : __real_ftruncate(fd, size);
}

int __real_epoll_create1(int);
int __wrap_epoll_create1(int flags);
int __wrap_epoll_create1(int flags) {
  return fails("epoll_create1", EMFILE) ? -1 : __real_epoll_create1(flags);
}

int __real_epoll_ctl(int, int, int, epoll_event*);
int __wrap_epoll_ctl(int epoll, int operation, int fd, epoll_event* event);
int __wrap_epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  if (operation == EPOLL_CTL_ADD && fails("epoll_ctl", ENOMEM)) return -1;
  return __real_epoll_ctl(epoll, operation, fd, event);
}

int __real_epoll_wait(int, epoll_event*, int, int);
int __wrap_epoll_wait(int epoll, epoll_event* events, int most, int time);
int __wrap_epoll_wait(int epoll, epoll_event* events, int most, int time) {
  ++cow::testing::calls::waits_made;
  return __real_epoll_wait(epoll, events, most, time);
}

int __real_socketpair(int, int, int, int*);
int __wrap_socketpair(int domain, int type, int protocol, int* ends);
int __wrap_socketpair(int domain, int type, int protocol, int* ends) {
  if (fails("socketpair", EMFILE)) return -1;
  return __real_socketpair(domain, type, protocol, ends);
}

ssize_t __real_recvmsg(int, msghdr*, int);
ssize_t __wrap_recvmsg(int socket, msghdr* message, int flags);
ssize_t __wrap_recvmsg(int socket, msghdr* message, int flags) {
  if (good_letters != -1 && good_letters-- == 0) {
    errno = ENOMEM;
    return -1;
  }
  return __real_recvmsg(socket, message, flags);
}

// Only the calls that have no wrapper in the library come through it.
long __real_syscall(long, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...) {
  std::array<long, 4> arguments{};
  std::va_list list;
  va_start(list, number);
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  if (number == SYS_pidfd_open && fails("pidfd_open", EMFILE)) return -1;
  if (number == SYS_pidfd_open && kernel_is_old) {
    errno = ENOSYS;
    return -1;
  }
  if (number == SYS_pidfd_send_signal &&
      cow::testing::calls::signals_are_refused) {
    errno = EPERM;
    return -1;
  }
  return __real_syscall(number, arguments[0], arguments[1], arguments[2],
                        arguments[3]);
}

int __real_open(const char*, int, ...);
int __wrap_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...) {
  std::va_list list;
  va_start(list, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(list, int) : 0;
  va_end(list);
  if (cow::testing::calls::dev_null_is_hidden &&
      std::string_view(path) == "/dev/null") {
    errno = ENOENT;
    return -1;
  }
  return __real_open(path, flags, mode);
}

int __real_waitid(idtype_t, id_t, siginfo_t*, int);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t* end, int options);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t* end, int options) {
  if (cow::testing::calls::waits_are_refused) {
    errno = EINVAL;  // Linux 5.3 knows no pidfd here
    return -1;
  }
  return __real_waitid(type, id, end, options);
}

int __real_fcntl(int, int, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...) {
  std::va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  if (command == F_SETPIPE_SZ && cow::testing::calls::capacities_stay) {
    errno = EPERM;
    return -1;
  }
  return __real_fcntl(fd, command, argument);
}

ssize_t __real_read(int, void*, std::size_t);
ssize_t __wrap_read(int fd, void* to, std::size_t size);
ssize_t __wrap_read(int fd, void* to, std::size_t size) {
  const ssize_t part = size == 0 ? 0 : part_of(fd, size);
  return part == -1 ? -1 : __real_read(fd, to, static_cast<std::size_t>(part));
}

ssize_t __real_writev(int, const iovec*, int);
ssize_t __wrap_writev(int fd, const iovec* pieces, int count);
ssize_t __wrap_writev(int fd, const iovec* pieces, int count) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  const ssize_t part = size == 0 ? 0 : part_of(fd, size);
  if (part == -1) return -1;
  std::array<iovec, 1024> some{};
  auto left = static_cast<std::size_t>(part);
  int used = 0;
  for (; left > 0; ++used) {
    iovec& piece = some[static_cast<std::size_t>(used)];
    piece = pieces[used];
    piece.iov_len = std::min(piece.iov_len, left);
    left -= piece.iov_len;
  }
  return __real_writev(fd, some.data(), used);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
