// Messages through a pair of sockets, and descriptors with them.
#include "cow/os/socket.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace cow {
namespace {

TEST(Socket, KeepsMessagesApart) {
  const SocketPair pair = make_socket_pair();
  send_letter(pair.here.get(), "one");
  send_letter(pair.here.get(), "and two");
  EXPECT_EQ(receive_letter(pair.there.get()).text, "one");
  EXPECT_EQ(receive_letter(pair.there.get()).text, "and two");
}

TEST(Socket, PassesDescriptors) {
  const SocketPair pair = make_socket_pair();
  Pipe pipe = make_pipe();
  send_letter(pair.here.get(), "x", {pipe.reader.get(), pipe.writer.get()});
  const Letter letter = receive_letter(pair.there.get());
  ASSERT_EQ(letter.descriptors.size(), 2U);
  pipe.writer.close();
  write_fully(letter.descriptors[1].get(), "hello", 5);
  std::string text(5, ' ');
  read_fully(pipe.reader.get(), text.data(), 5);
  EXPECT_EQ(text, "hello");
}

// As many as there is room for arrive, and the letter says that it is not
// whole.
TEST(Socket, ReportsDescriptorsThatCannotBeReceived) {
  const SocketPair pair = make_socket_pair();
  const Pipe pipe = make_pipe();
  send_letter(pair.here.get(), "x", {pipe.reader.get(), pipe.writer.get()});
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  const Letter letter = receive_letter(pair.there.get());
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(letter.text, "x");
  EXPECT_TRUE(letter.is_cut);
  EXPECT_TRUE(letter.descriptors.empty());
  send_letter(pair.here.get(), "y", {pipe.reader.get()});
  EXPECT_FALSE(receive_letter(pair.there.get()).is_cut);
}

TEST(Socket, ReadsNothingAndCannotSendOnceItsPeerIsClosed) {
  SocketPair pair = make_socket_pair();
  pair.there.close();
  EXPECT_EQ(receive_letter(pair.here.get()).text, "");
  try {
    send_letter(pair.here.get(), "x");
    ADD_FAILURE() << "nobody could have taken it";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EPIPE);
  }
}

TEST(Socket, ReadsAsClosedEvenIfAMessageWasLeftUnread) {
  SocketPair pair = make_socket_pair();
  send_letter(pair.here.get(), "never read");
  pair.there.close();
  EXPECT_EQ(receive_letter(pair.here.get()).text, "");
}

}  // namespace
}  // namespace cow
