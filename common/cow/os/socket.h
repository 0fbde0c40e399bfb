// Pairs of sockets for messages that can carry descriptors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cow/os/descriptor.h"

namespace cow {

/// Two connected sockets that deliver whole messages (SOCK_SEQPACKET). Both are
/// close-on-exec and above the standard streams.
struct SocketPair {
  Descriptor here;
  Descriptor there;
};
SocketPair make_socket_pair();

/// A message and the descriptors that came with it.
struct Letter {
  std::string text;
  std::vector<Descriptor> descriptors;  ///< above the standard streams
  /// Some descriptors are missing, because this process is not allowed to have
  /// more open: MSG_CTRUNC of unix(7).
  bool is_cut = false;
};

/// Sends one message of at most kLongestLetter bytes, with copies of up to
/// kMostEnclosed descriptors: SCM_RIGHTS of unix(7). Throws std::system_error;
/// with EPIPE if the other end is closed (it raises no SIGPIPE).
void send_letter(int socket, std::string_view text,
                 const std::vector<int>& descriptors = {});

/// Waits for the next message. Its text is empty if the other end is closed.
/// Throws std::system_error.
Letter receive_letter(int socket);

inline constexpr std::size_t kLongestLetter = 64 << 10;
inline constexpr std::size_t kMostEnclosed = 4;

}  // namespace cow
