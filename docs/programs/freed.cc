// Chapter 15: memory that nobody uses is written. A program makes 400,000
// blocks of 208 bytes and frees every second one, as one that has parsed,
// converted and thrown away. Then it forks, and the child calls malloc.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "cow/os/heap.h"
#include "cow/pool/pool.h"

long own_kilobytes() {  // USS of this process
  std::FILE* file = std::fopen("/proc/self/smaps_rollup", "r");
  char line[256];
  long sum = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    long kilobytes = 0;
    if (std::sscanf(line, "Private_%*[^:]: %ld", &kilobytes) == 1) {
      sum += kilobytes;
    }
  }
  std::fclose(file);
  return sum;
}

// Asks malloc for a few blocks that are in none of its short lists.
long allocate_and_measure() {
  std::vector<void*> blocks(100);
  for (void*& block : blocks) block = std::malloc(2000);
  const long own = own_kilobytes();
  for (void* block : blocks) std::free(block);
  return own;
}

// The same in a child that is forked by hand.
void fork_and_measure(const char* how) {
  std::printf("%-30s", how);
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    std::printf("%7ld kB\n", allocate_and_measure());
    std::fflush(stdout);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

int main() {
  std::vector<void*> blocks(400'000);
  for (void*& block : blocks) block = std::malloc(200);
  fork_and_measure("nothing freed, fork");
  for (std::size_t i = 0; i < blocks.size(); i += 2) std::free(blocks[i]);
  fork_and_measure("freed, fork");
  fork_and_measure("freed, fork once more");
  cow::Pool pool({.workers = 1});
  std::printf("%-30s%7ld kB\n", "freed, cow::Pool",
              pool.apply(allocate_and_measure));
  fork_and_measure("freed and settled, fork");
}
