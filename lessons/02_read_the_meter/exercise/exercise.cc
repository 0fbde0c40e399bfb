// Exercise 02: write a claim that is true of a pool which holds its data once,
// shared by all, and of no other.
#include "subject.h"

namespace {

using subject::Moment;
using subject::Usage;

#if SOLUTION || MISTAKE_LESS_THAN || MISTAKE_ONE_SUM || MISTAKE_IN_MIB
double total_pss(const Moment& moment) {
  double sum = moment.parent.pss;
  for (const Usage& worker : moment.workers) sum += worker.pss;
  return sum;
}
#elif ALTERNATIVE || MISTAKE_ONLY_USS || MISTAKE_FIRST_WORKER
#else
double total_rss(const Moment& moment) {
  double sum = moment.parent.rss;
  for (const Usage& worker : moment.workers) sum += worker.rss;
  return sum;
}
#endif

#if SOLUTION
// The machine pays for D once; and every worker maps all of it.
bool claim(const Moment& base, const Moment& held, double D, int /*N*/) {
  const double data = total_pss(held) - total_pss(base);
  if (data < D - D / 4 || data > D + D / 4) return false;
  for (const Usage& worker : held.workers) {
    if (worker.rss < D) return false;
  }
  return true;
}
#elif ALTERNATIVE
// Every process maps D once (RSS), and none of them has it alone (USS).
bool holds_for(const Usage& base, const Usage& held, double D) {
  const double mapped = held.rss - base.rss;
  return mapped > D - D / 4 && mapped < D + D / 4 &&
         held.uss - base.uss < D / 4;
}

bool claim(const Moment& base, const Moment& held, double D, int N) {
  if (!holds_for(base.parent, held.parent, D)) return false;
  for (int i = 0; i < N; ++i) {
    if (!holds_for(base.workers[i], held.workers[i], D)) return false;
  }
  return true;
}
#elif MISTAKE_LESS_THAN
bool claim(const Moment& base, const Moment& held, double D, int /*N*/) {
  return total_pss(held) - total_pss(base) < D + D / 2;
}
#elif MISTAKE_ONE_SUM
bool claim(const Moment& base, const Moment& held, double D, int /*N*/) {
  const double data = total_pss(held) - total_pss(base);
  return data > D - D / 4 && data < D + D / 4;
}
#elif MISTAKE_IN_MIB
bool claim(const Moment& /*base*/, const Moment& held, double D, int /*N*/) {
  const double MiB = 1 << 20;
  return total_pss(held) > 65 * MiB && total_pss(held) < D + 8 * MiB;
}
#elif MISTAKE_ONLY_USS
bool claim(const Moment& base, const Moment& held, double D, int N) {
  for (int i = 0; i < N; ++i) {
    if (held.workers[i].uss - base.workers[i].uss > D / 4) return false;
  }
  return true;
}
#elif MISTAKE_FIRST_WORKER
bool claim(const Moment& base, const Moment& held, double D, int /*N*/) {
  const Usage& worker = held.workers[0];
  return worker.rss > D && worker.uss - base.workers[0].uss < D / 4 &&
         held.parent.rss - base.parent.rss < D + D / 4;
}
#else
// TODO: this believes top. Which figures tell that the data are there once,
// no more and no less, and that every worker has them?
bool claim(const Moment& base, const Moment& held, double D, int N) {
  return total_rss(held) - total_rss(base) < N * D;
}
#endif

}  // namespace

int main() { return subject::test(claim); }
