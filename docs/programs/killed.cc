// Chapter 15: a worker is killed in the middle of a task, as the kernel does it
// when memory is short. What does a pool say? And if it may try once more?
#include <sys/mman.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <new>
#include <vector>

#include "cow/os/mapping.h"
#include "cow/pool/pool.h"

std::atomic<int>* deaths = nullptr;  // shared with all workers

int square(int i) {
  if (i == 2 && deaths->fetch_add(1) == 0) std::raise(SIGKILL);
  return i * i;
}

void run(const char* name, cow::OnDeath on_death) {
  std::printf("%s\n", name);
  const cow::Mapping shared(cow::page_size(), PROT_READ | PROT_WRITE,
                            MAP_SHARED);
  deaths = new (shared.data()) std::atomic<int>(0);
  cow::Pool pool({.workers = 2, .on_death = on_death});
  auto results = pool.imap(square, std::vector{0, 1, 2, 3});
  for (int i = 0; i < 4; ++i) {
    try {
      std::printf("  item %d: %d\n", i, *results.next());
    } catch (const cow::WorkerDied& error) {
      std::printf("  item %d: %s\n", i, error.what());
    }
  }
}

int main() {
  run("kFail", cow::OnDeath::kFail);
  run("kRetryOnce", cow::OnDeath::kRetryOnce);
}
