#include "cow/os/socket.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "cow/os/error.h"

namespace cow {
namespace {

// Room for the descriptors that come with a message.
struct Enclosure {
  alignas(cmsghdr)
      std::array<char, CMSG_SPACE(kMostEnclosed * sizeof(int))> bytes{};
};

void take_descriptors(msghdr& message, Letter& letter) {
  letter.is_cut = (message.msg_flags & MSG_CTRUNC) != 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      letter.descriptors.emplace_back(fd);
    }
  }
  try {
    for (Descriptor& each : letter.descriptors) {
      each = above_standard(std::move(each));
    }
  } catch (const std::system_error&) {
    letter.is_cut = true;
  }
}

}  // namespace

SocketPair make_socket_pair() {
  std::array<int, 2> ends{};
  checked(
      [&] {
        return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
                            ends.data());
      },
      "socketpair(AF_UNIX, SOCK_SEQPACKET)");
  Descriptor here(ends[0]);
  Descriptor there(ends[1]);
  return {above_standard(std::move(here)), above_standard(std::move(there))};
}

void send_letter(int socket, std::string_view text,
                 const std::vector<int>& descriptors) {
  iovec piece{.iov_base = const_cast<char*>(text.data()),
              .iov_len = text.size()};
  Enclosure enclosure;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const std::size_t size = descriptors.size() * sizeof(int);
    message.msg_control = enclosure.bytes.data();
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  checked([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); },
          "sendmsg({}, {} bytes, {} descriptors)", socket, text.size(),
          descriptors.size());
}

Letter receive_letter(int socket) {
  Letter letter;
  letter.text.resize(kLongestLetter);
  iovec piece{.iov_base = letter.text.data(), .iov_len = letter.text.size()};
  Enclosure enclosure;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = enclosure.bytes.data();
  message.msg_controllen = enclosure.bytes.size();
  const ssize_t got =
      retried([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); });
  if (got == -1 && errno == ECONNRESET) return {};  // closed before it read all
  if (got == -1) {
    throw_system_error(errno, fmt::format("recvmsg({})", socket));
  }
  take_descriptors(message, letter);
  letter.text.resize(static_cast<std::size_t>(got));
  return letter;
}

}  // namespace cow
