// Chapter 03: a batch of a bound method, as it goes into the pipe.
#include <Eigen/Core>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cow/pickle/eigen.h"
#include "cow/pool/pool.h"
#include "cow/report/bytes_shown.h"

struct Analysis {
  Eigen::VectorXd numbers;

  double analyze(int i) const { return numbers.mean() * i * i; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers);
  }
};

int main() {
  // Two numbers instead of eight million: enough to be looked at.
  const auto self = std::make_shared<const Analysis>(
      Analysis{Eigen::VectorXd(Eigen::VectorXd::Ones(2))});
  const std::string bytes = cow::bytes_of_first_batch(
      cow::bound<&Analysis::analyze>(self), std::vector{0, 1}, 2);

  std::vector<cow::Part> parts = cow::header_parts();
  parts.insert(parts.end(),
               {{cow::kMemoNumber, "self: object 1 of the memo, and new"},
                {cow::kMatrixHeader / 2, "its numbers: rows"},
                {cow::kMatrixHeader / 2, "and columns"},
                {cow::Bytes(16), "its numbers themselves: D bytes"},
                {cow::Bytes(4), "item 0"},
                {cow::Bytes(4), "item 1"}});
  std::fputs(cow::show_bytes(bytes, parts).c_str(), stdout);
}
