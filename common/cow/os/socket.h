// Pairs of sockets through which messages go, and descriptors with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cow/os/descriptor.h"

namespace cow {

/// Two connected sockets that keep messages apart (SOCK_SEQPACKET), both
/// close-on-exec and above the standard streams.
struct SocketPair {
  Descriptor here;
  Descriptor there;
};
SocketPair make_socket_pair();

/// A message, and what came with it.
struct Letter {
  std::string text;
  std::vector<Descriptor> descriptors;  ///< above the standard streams
  /// More came than this process may have open, so some are missing: MSG_CTRUNC
  /// of unix(7).
  bool is_cut = false;
};

/// Sends one message of at most kLongestLetter bytes, and copies of up to
/// kMostEnclosed descriptors: SCM_RIGHTS of unix(7). Throws std::system_error,
/// EPIPE if nobody holds the other end any more (and raises no SIGPIPE).
void send_letter(int socket, std::string_view text,
                 const std::vector<int>& descriptors = {});

/// Waits for the next message. Empty text: the other end is closed. Throws
/// std::system_error.
Letter receive_letter(int socket);

inline constexpr std::size_t kLongestLetter = 64 << 10;
inline constexpr std::size_t kMostEnclosed = 4;

}  // namespace cow
