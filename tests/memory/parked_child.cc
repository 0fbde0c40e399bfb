#include "memory/parked_child.h"

#include <signal.h>
#include <unistd.h>

#include <stdexcept>

namespace cow::testing {

ParkedChild::ParkedChild(const std::function<void(const Park&)>& body) {
  child_ = Child::fork([&] {
    answers_.reader.close();
    orders_.writer.close();
    body([&](std::int64_t answer) {
      write_fully(answers_.writer.get(), &answer, sizeof answer);
      char order = 0;
      // The parent has ended without a word.
      if (read_fully(orders_.reader.get(), &order, 1) == 0) ::_exit(1);
    });
    return 0;
  });
  answers_.writer.close();
  orders_.reader.close();
}

ParkedChild::~ParkedChild() {
  if (!child_) return;
  child_.kill(SIGKILL);
  child_.wait();
}

std::int64_t ParkedChild::await() {
  std::int64_t answer = 0;
  if (read_fully(answers_.reader.get(), &answer, sizeof answer) !=
      sizeof answer) {
    throw std::runtime_error("the child has ended and does not park: " +
                             to_string(child_.wait()));
  }
  return answer;
}

void ParkedChild::go_on() { write_fully(orders_.writer.get(), "", 1); }

ExitStatus ParkedChild::end() {
  go_on();
  return child_.wait();
}

}  // namespace cow::testing
