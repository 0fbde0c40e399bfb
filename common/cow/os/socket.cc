#include "cow/os/socket.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "cow/os/error.h"

namespace cow {
namespace {

// Room for the descriptors that travel beside a message.
struct Enclosure {
  alignas(cmsghdr)
      std::array<char, CMSG_SPACE(kMostEnclosed * sizeof(int))> bytes{};
};

}  // namespace

SocketPair make_socket_pair() {
  std::array<int, 2> ends{};
  checked(
      [&] {
        return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
                            ends.data());
      },
      "socketpair(AF_UNIX, SOCK_SEQPACKET)");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
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
  Letter letter{.text = std::string(kLongestLetter, '\0'), .descriptors = {}};
  iovec piece{.iov_base = letter.text.data(), .iov_len = letter.text.size()};
  Enclosure enclosure;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = enclosure.bytes.data();
  message.msg_controllen = enclosure.bytes.size();
  const ssize_t got =
      retried([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); });
  if (got == -1 && errno == ECONNRESET) return {};  // closed with mail unread
  if (got == -1) {
    throw_system_error(errno, fmt::format("recvmsg({})", socket));
  }
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
  letter.text.resize(static_cast<std::size_t>(got));
  return letter;
}

}  // namespace cow
