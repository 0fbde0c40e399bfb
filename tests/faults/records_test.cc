// Records of perf events, made up byte by byte.
#include "cow/faults/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "cow/faults/rings.h"

namespace cow {
namespace {

using Kind = FaultRecord::Kind;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kTime = 77;

// A record that is put together from its fields.
class Made {
 public:
  explicit Made(std::uint32_t type, std::uint16_t misc = 0) {
    add(perf_event_header{type, misc, 0});
  }
  template <typename Field>
  Made& add(Field field) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof(field));
    std::memcpy(&bytes_[at], &field, sizeof(field));
    return *this;
  }
  Made& text(const std::string& text) {  // filled to 8 bytes with zeros
    for (const char letter : text) add(letter);
    do add('\0');
    while (bytes_.size() % 8 != 0);
    return *this;
  }
  // What all records but samples end with: pid, tid, time.
  Made& end() { return add(pid_t{1}).add(pid_t{1}).add(kTime); }

  std::vector<std::byte> bytes() const {
    std::vector<std::byte> result = bytes_;
    const auto size = static_cast<std::uint16_t>(result.size());
    std::memcpy(&result[offsetof(perf_event_header, size)], &size, 2);
    return result;
  }
  FaultRecord record() const {
    const std::vector<std::byte> all = bytes();
    std::span<const std::byte> rest = all;
    const auto record = take_record(rest);
    EXPECT_TRUE(record);
    EXPECT_TRUE(rest.empty());
    return record.value_or(FaultRecord());
  }

 private:
  std::vector<std::byte> bytes_;
};

Made made_fault(std::uint16_t misc = PERF_RECORD_MISC_USER) {
  return Made(PERF_RECORD_SAMPLE, misc)
      .add(std::uint64_t{0x1234})
      .add(pid_t{10})
      .add(pid_t{11})
      .add(kTime)
      .add(std::uint64_t{0x5678});
}

Made made_mapping(std::uint32_t protection, std::uint32_t flags,
                  const std::string& name) {
  return Made(PERF_RECORD_MMAP2)
      .add(pid_t{10})
      .add(pid_t{11})
      .add(std::uint64_t{0x10000})
      .add(std::uint64_t{0x2000})
      .add(std::uint64_t{0x3000})
      .add(std::uint64_t{8})  // device
      .add(std::uint64_t{9})  // inode
      .add(std::uint64_t{1})  // its generation
      .add(protection)
      .add(flags)
      .text(name)
      .end();
}

TEST(FaultRecord, OfAFaultHasTheInstructionAndTheAddress) {
  const FaultRecord record = made_fault().record();
  EXPECT_EQ(record.kind, Kind::kFault);
  EXPECT_EQ(record.ip, 0x1234U);
  EXPECT_EQ(record.address, 0x5678U);
  EXPECT_EQ(record.pid, 10);
  EXPECT_EQ(record.thread, 11);
  EXPECT_EQ(record.time, kTime);
  EXPECT_FALSE(record.in_kernel);
  EXPECT_TRUE(made_fault(PERF_RECORD_MISC_KERNEL).record().in_kernel);
}

TEST(FaultRecord, OfAMappingHasItsRangeRightsAndName) {
  const FaultRecord record =
      made_mapping(PROT_READ | PROT_WRITE, MAP_PRIVATE, "/lib/x.so").record();
  EXPECT_EQ(record.kind, Kind::kMapping);
  EXPECT_EQ(record.address, 0x10000U);
  EXPECT_EQ(record.length, 0x2000U);
  EXPECT_EQ(record.offset, 0x3000U);
  EXPECT_TRUE(record.writable);
  EXPECT_TRUE(record.is_private);
  EXPECT_EQ(record.name, "/lib/x.so");
  EXPECT_EQ(record.time, kTime);
  EXPECT_FALSE(made_mapping(PROT_READ, MAP_PRIVATE, "x").record().writable);
  EXPECT_FALSE(made_mapping(PROT_WRITE, MAP_SHARED, "x").record().is_private);
  EXPECT_EQ(made_mapping(PROT_WRITE, MAP_PRIVATE, "//anon").record().name, "");
}

TEST(FaultRecord, OfAForkHasParentAndChild) {
  const FaultRecord record = Made(PERF_RECORD_FORK)
                                 .add(pid_t{20})
                                 .add(pid_t{10})
                                 .add(pid_t{20})
                                 .add(pid_t{11})
                                 .add(kTime)
                                 .end()
                                 .record();
  EXPECT_EQ(record.kind, Kind::kFork);
  EXPECT_EQ(record.pid, 20);
  EXPECT_EQ(record.parent, 10);
  EXPECT_EQ(record.thread, 20);
}

TEST(FaultRecord, OfANewNameMeansExecOnlyWithTheExecFlag) {
  const auto named = [](std::uint16_t misc) {
    return Made(PERF_RECORD_COMM, misc)
        .add(pid_t{10})
        .add(pid_t{10})
        .text("sh")
        .end()
        .record();
  };
  EXPECT_EQ(named(PERF_RECORD_MISC_COMM_EXEC).kind, Kind::kExec);
  EXPECT_EQ(named(PERF_RECORD_MISC_COMM_EXEC).pid, 10);
  EXPECT_EQ(named(0).kind, Kind::kOther);
}

TEST(FaultRecord, OfLostRecordsHasTheirNumber) {
  EXPECT_EQ(Made(PERF_RECORD_LOST)
                .add(std::uint64_t{5})  // the event
                .add(std::uint64_t{448})
                .end()
                .record()
                .lost,
            448U);
  EXPECT_EQ(
      Made(PERF_RECORD_LOST_SAMPLES).add(std::uint64_t{7}).end().record().lost,
      7U);
}

TEST(FaultRecord, OfAnUnknownTypeIsSkipped) {
  std::vector<std::byte> two = Made(4711).add(kTime).end().bytes();
  for (const std::byte byte : made_fault().bytes()) two.push_back(byte);
  std::span<const std::byte> rest = two;
  EXPECT_EQ(take_record(rest)->kind, Kind::kOther);
  EXPECT_EQ(take_record(rest)->kind, Kind::kFault);
  EXPECT_FALSE(take_record(rest));
}

TEST(FaultRecord, IsNotTakenIfItIsCut) {
  for (const Made& made :
       {made_fault(), made_mapping(PROT_WRITE, MAP_PRIVATE, "x")}) {
    const std::vector<std::byte> all = made.bytes();
    for (std::size_t size = 0; size < all.size(); ++size) {
      std::span<const std::byte> part = std::span(all).first(size);
      EXPECT_FALSE(take_record(part)) << size;
      EXPECT_TRUE(part.empty());
    }
  }
}

// The size in the header is right, but fields are missing.
TEST(FaultRecord, IsNotTakenIfFieldsAreMissing) {
  for (const std::uint32_t type :
       {PERF_RECORD_SAMPLE, PERF_RECORD_MMAP2, PERF_RECORD_FORK,
        PERF_RECORD_EXIT, PERF_RECORD_LOST}) {
    const std::vector<std::byte> all = Made(type).add(pid_t{1}).end().bytes();
    std::span<const std::byte> rest = all;
    EXPECT_FALSE(take_record(rest)) << type;
  }
}

TEST(WhyNoPerfEvents, NamesTheSettingThatForbidsThem) {
  const std::string why = why_no_perf_events(EACCES, std::string("3\n"));
  EXPECT_THAT(why, AllOf(HasSubstr("perf_event_paranoid is 3"),
                         HasSubstr("sysctl kernel.perf_event_paranoid=2"),
                         Not(HasSubstr("\n"))));
}

TEST(WhyNoPerfEvents, DoesNotBlameASettingThatAllowsThem) {
  EXPECT_THAT(why_no_perf_events(EPERM, std::string("2\n")),
              AllOf(HasSubstr("container"), Not(HasSubstr("sysctl"))));
  EXPECT_THAT(why_no_perf_events(ENOSYS, Absent{"no such file"}),
              HasSubstr("no perf events"));
  EXPECT_THAT(why_no_perf_events(EMFILE, std::string("2\n")),
              HasSubstr("ulimit -n"));
}

}  // namespace
}  // namespace cow
