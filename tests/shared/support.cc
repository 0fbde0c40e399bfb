#include "shared/support.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

#include "cow/pickle/pickle.h"

namespace cow::testing {
namespace {

// All that comes through a pipe until its writers have ended.
std::string read_all(const Descriptor& from) {
  std::string text(4096, '\0');
  text.resize(read_fully(from.get(), text.data(), text.size()));
  return text;
}

}  // namespace

std::string own_name() { return fmt::format("cow-test-{}", ::getpid()); }

std::vector<Backing> backings(const std::string& folder) {
  return {Backing::memfd(), Backing::posix_shm(own_name()),
          Backing::file(folder + "/segment")};
}

Holder::Holder(Bytes size, const Backing& backing) {
  Pipe pipe = make_pipe();
  child_ = Child::fork([&] {
    const Segment segment(size, backing);
    const std::string bytes = pickle(segment.handle()).to_string();
    write_fully(pipe.writer.get(), bytes.data(), bytes.size());
    pipe.writer.close();
    for (;;) ::pause();
    return 0;
  });
  pipe.writer.close();
  const std::string bytes = read_all(pipe.reader);
  handle_ = unpickle<SegmentHandle>(std::as_bytes(std::span(bytes)));
}

void Holder::kill() {
  if (!child_) return;
  child_.kill(SIGKILL);
  child_.wait();
}

Refusal refusal_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::system_error& error) {
    return {error.code().value(), error.what()};
  } catch (const std::exception& error) {
    return {0, error.what()};
  }
  return {0, "no error"};
}

Refusal refusal_in_child(const std::function<bool()>& prepare,
                         const std::function<void()>& call) {
  Pipe pipe = make_pipe();
  Child child = Child::fork([&] {
    if (!prepare()) return 1;
    const Refusal refusal = refusal_of(call);
    const std::string text = fmt::format("{} {}", refusal.error, refusal.text);
    write_fully(pipe.writer.get(), text.data(), text.size());
    return 0;
  });
  pipe.writer.close();
  const std::string text = read_all(pipe.reader);
  const ExitStatus end = child.wait();
  if (end.code == 1 && end.signal == 0) return {-1, "cannot be prepared here"};
  if (!end.success()) return {0, to_string(end)};
  const auto blank = text.find(' ');
  return {std::stoi(text), text.substr(blank + 1)};
}

}  // namespace cow::testing
