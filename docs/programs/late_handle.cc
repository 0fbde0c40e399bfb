// Chapter 03: a handle to what was built before the fork is good in a worker,
// one to what was built after it is refused.
#include <cstdio>
#include <vector>

#include "cow/pool/pool.h"

struct Analysis {
  double factor;
  double analyze(int i) const { return factor * i; }
};

int main() {
  const cow::Inheritable<Analysis> before(Analysis{3.0});
  cow::Pool pool({.workers = 1});
  const cow::Inheritable<Analysis> after(Analysis{3.0});
  for (const auto& handle : {before.handle(), after.handle()}) {
    try {
      const auto task = cow::bound<&Analysis::analyze>(handle);
      std::printf("%g\n", pool.map(task, std::vector{1})[0]);
    } catch (const cow::TaskError& error) {
      std::printf("%s\n", error.text().c_str());
    }
  }
}
