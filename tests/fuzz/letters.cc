// The letters that a fork server receives. It answers each of them, or it ends
// with a PickleError; and it forks no worker that nobody has asked for, with
// its two pipes and its offers.
//
// Input: one byte says how many descriptors are enclosed in the first letter;
// then the letters, each behind a byte with its length.
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cow/os/error.h"
#include "cow/os/socket.h"
#include "cow/pickle/pickle.h"
#include "cow/pool/fork_requests.h"
#include "fuzz/input.h"

namespace cow::fuzz {
namespace {

// As fork_server.cc has it.
struct Answer {
  std::int32_t pid = 0;
  std::int32_t code = 0;
  std::int32_t signal = 0;
  std::int32_t error = 0;
  std::string failure;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(pid, code, signal, error, failure);
  }
};

std::vector<std::string_view> letters_of(std::string_view rest) {
  std::vector<std::string_view> letters;
  constexpr std::size_t kMost = 8;  // they wait in the socket's buffer
  while (!rest.empty() && letters.size() < kMost) {
    const std::size_t length = static_cast<unsigned char>(rest[0]);
    rest.remove_prefix(1);
    letters.push_back(rest.substr(0, length));
    rest.remove_prefix(letters.back().size());
  }
  return letters;
}

// The server reads and closes this one.
int empty_preload() {
  return checked([] { return ::memfd_create("preload", MFD_CLOEXEC); },
                 "memfd_create(preload)");
}

bool serves(int socket) {
  try {
    require(serve_forks(socket, empty_preload()) == 0, "a server ends with 0");
    return true;
  } catch (const PickleError& error) {
    require(*error.what() != '\0', "an error says what is wrong");
    return false;
  }
}

// How many answers there are; each is one.
std::size_t check_answers(int socket) {
  for (std::size_t count = 0;; ++count) {
    const Letter letter = receive_letter(socket);
    if (letter.text.empty()) return count;
    const auto answer = unpickle<Answer>(std::as_bytes(std::span(letter.text)));
    require(answer.pid == 0 && letter.descriptors.empty(),
            "no worker was forked");
  }
}

void check(std::size_t enclosed, const std::vector<std::string_view>& letters) {
  SocketPair sockets = make_socket_pair();
  std::vector<int> descriptors(enclosed, sockets.here.get());
  std::size_t asked = 0;
  bool open = true;
  for (const std::string_view letter : letters) {
    send_letter(sockets.here.get(), letter, std::exchange(descriptors, {}));
    open = open && !letter.empty();  // an empty one is the end
    if (open) ++asked;
  }
  ::shutdown(sockets.here.get(), SHUT_WR);
  const bool served = serves(sockets.there.get());
  ::shutdown(sockets.there.get(), SHUT_WR);
  const std::size_t answered = check_answers(sockets.here.get());
  // One more, to begin with: that there is a server.
  require(served ? answered == asked + 1 : answered <= asked,
          "each letter has its answer");
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  cow::fuzz::Input input(data, size);
  // Any number but three: those would be a worker's.
  constexpr std::array kEnclosed = {0, 1, 2, 4};
  const auto enclosed = kEnclosed[input.take<std::uint8_t>() % 4U];
  cow::fuzz::check(static_cast<std::size_t>(enclosed),
                   cow::fuzz::letters_of(input.rest()));
  return 0;
}
