// What your claim is about: what the processes of a pool take, at two moments.
//
// You need not change anything here, and it would not help: the check uses its
// own copy, and measures pools of its own.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "check_in.h"

namespace subject {

/// Of one process, in bytes.
struct Usage {
  double rss;  // all pages that it maps
  double pss;  // each divided by the number of processes that map it
  double uss;  // those that it maps alone
};

struct Moment {
  Usage parent;
  std::vector<Usage> workers;  // in no order that means anything
};

/// `base`: the pool over next to no data. `held`: all workers hold a task, D
/// bytes of data, N workers.
using Claim = bool (*)(const Moment& base, const Moment& held, double D, int N);

inline Moment read_moment(std::istream& in, int workers) {
  Moment moment{{}, std::vector<Usage>(static_cast<std::size_t>(workers))};
  in >> moment.parent.rss >> moment.parent.pss >> moment.parent.uss;
  for (Usage& usage : moment.workers) {
    in >> usage.rss >> usage.pss >> usage.uss;
  }
  return moment;
}

inline bool holds(Claim claim, const char* figures) {
  std::istringstream in(figures);
  double D = 0;
  int N = 0;
  in >> D >> N;
  const Moment base = read_moment(in, N);
  const Moment held = read_moment(in, N);
  return claim(base, held, D, N);
}

// Measured once: for a run without the check.
inline const char* const kShared =
    "42139648 4 3072000 855040 679936 1449984 209920 61440 1449984 209920 "
    "61440 1449984 209920 61440 1449984 209920 61440 45441024 9370624 "
    "749568 43528192 8635392 57344 43528192 8635392 57344 43528192 "
    "8635392 57344 43528192 8635392 57344";
inline const char* const kPassed =
    "41394176 4 3227648 893952 708608 1392640 215040 65536 1392640 215040 "
    "65536 1392640 215040 65536 1392640 215040 65536 44535808 9090048 "
    "610304 84316160 49909760 41467904 84316160 49909760 41467904 "
    "84316160 49909760 41467904 84316160 49909760 41467904";

/// main: tries the claim.
inline int test(Claim claim) {
  if (const char* figures = std::getenv("COWPOOL_FIGURES")) {
    check_in::verdict(holds(claim, figures));
    return 0;
  }
  std::printf("the right program: the claim %s\n",
              holds(claim, kShared) ? "holds" : "fails");
  std::printf("passed by value:   the claim %s\n",
              holds(claim, kPassed) ? "holds" : "fails");
  return 0;
}

}  // namespace subject
