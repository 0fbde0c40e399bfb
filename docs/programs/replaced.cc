// Chapter 05: what a worker knows that takes the place of another one.
#include <chrono>
#include <cstdio>
#include <thread>

#include "cow/pool/pool.h"

int version = 1;

int version_here() { return version; }

int main() {
  cow::Pool pool({.workers = 1, .max_tasks_per_child = 1});
  std::printf("first: %d\n", pool.apply(version_here));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  version = 2;
  std::printf("after the change: %d\n", pool.apply(version_here));
  std::printf("once more: %d\n", pool.apply(version_here));
}
