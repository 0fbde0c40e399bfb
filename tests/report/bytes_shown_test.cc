// Messages as a person reads them.
#include "cow/report/bytes_shown.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "cow/pool/frame.h"

namespace cow {
namespace {

TEST(BytesShown, GiveEachPartALine) {
  EXPECT_EQ(show_bytes(std::string("\x01\xff"
                                   "abcdefghij",
                                   12),
                       {{2_B, "a number"}, {10_B, "a block"}}),
            "  at  bytes                             what it is\n"
            "   0      2  01 ff                      a number\n"
            "   2     10  61 62 63 64 65 66 67 68 …  a block\n");
}

TEST(BytesShown, MustAllBeExplained) {
  EXPECT_THROW(show_bytes("abc", {{2_B, "too little"}}), std::logic_error);
  EXPECT_THROW(show_bytes("abc", {{4_B, "too much"}}), std::logic_error);
}

TEST(BytesShown, CoverAWholeHeader) {
  Bytes size;
  for (const Part& part : header_parts()) size += part.size;
  EXPECT_EQ(size, kBatchHeader);
}

}  // namespace
}  // namespace cow
