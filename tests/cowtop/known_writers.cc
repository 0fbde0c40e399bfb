// A program whose writers are known: forked children write the pages that they
// inherit, some in one function, the others in another.
//   known_writers CHILDREN FIRST SECOND
// Each child writes FIRST pages in write_first and SECOND in write_second, and
// then all of them once more, and as many pages that it has made itself.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

namespace {

const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

char* make(std::size_t pages) {
  void* made = ::mmap(nullptr, pages * page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED) std::exit(3);
  ::madvise(made, pages * page, MADV_NOHUGEPAGE);
  return static_cast<char*>(made);
}

}  // namespace

// The only name that the stripped program has left. It has no size, so it could
// be that of all functions behind it.
asm(".text\n.globl nearest_symbol\nnearest_symbol:\n");

// C names, and not inlined: the test looks for them.
extern "C" {

[[gnu::noinline]] void make_data(volatile char* data, std::size_t pages) {
  for (std::size_t i = 0; i < pages; ++i) data[i * page] = 1;
}
[[gnu::noinline]] void write_first(volatile char* data, std::size_t pages) {
  for (std::size_t i = 0; i < pages; ++i) data[i * page] = 2;
}
[[gnu::noinline]] void write_second(volatile char* data, std::size_t pages) {
  for (std::size_t i = 0; i < pages; ++i) data[i * page] = 3;
}
[[gnu::noinline]] char only_read(const volatile char* data, std::size_t pages) {
  char sum = 0;
  for (std::size_t i = 0; i < pages; ++i) {
    sum = static_cast<char>(sum + data[i * page]);
  }
  return sum;
}

}  // extern "C"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int children = std::atoi(argv[1]);
  const auto first = static_cast<std::size_t>(std::atol(argv[2]));
  const auto second = static_cast<std::size_t>(std::atol(argv[3]));
  char* data = make(first + second);
  make_data(data, first + second);
  for (int i = 0; i < children; ++i) {
    if (::fork() != 0) continue;
    char* own = make(first + second);
    only_read(data, first + second);
    write_first(data, first);
    write_second(data + first * page, second);
    write_second(data, first + second);
    make_data(own, first + second);
    ::_exit(0);
  }
  while (::wait(nullptr) > 0) {
  }
  return 7;
}
