// Chapter 07: a process with a second thread cannot fork workers.
#include <cstdio>
#include <exception>
#include <future>
#include <thread>

#include "cow/pool/pool.h"

int main() {
  std::promise<void> end;
  std::thread other([&] { end.get_future().wait(); });
  try {
    const cow::Pool pool({.workers = 2});
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  end.set_value();
  other.join();
}
