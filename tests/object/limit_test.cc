// A heap that gets no more memory: in a child whose address space is limited.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cow/object/heap.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "memory/sanitizers.h"
#include "object/places.h"

namespace cow {
namespace {

// Ends the child that a test has forked: its exit status is the line.
#define REQUIRE(right)                   \
  do {                                   \
    if (!(right)) return __LINE__ % 256; \
  } while (false)

// Lets this process have `more` of address space than it has now.
bool limit_address_space(Bytes more) {
  const std::string statm = *read_file("/proc/self/statm");
  const rlim_t size = (to_bytes(Pages(std::stoll(statm))) + more).size();
  const rlimit limit{.rlim_cur = size, .rlim_max = size};
  return ::setrlimit(RLIMIT_AS, &limit) == 0;
}

// What `call` throws.
std::string failure_of(const std::function<void()>& call) {
  try {
    call();
    return "nothing was thrown";
  } catch (const std::system_error& error) {
    return error.what();
  }
}

class AHeapWithoutMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::kAddressSanitizer || testing::kThreadSanitizer) {
      GTEST_SKIP() << "a sanitizer needs address space of its own";
    }
  }

  static void expect_success(const std::function<int()>& body) {
    const ExitStatus status = Child::fork(body).wait();
    EXPECT_TRUE(status.success())
        << to_string(status) << ", which is a line of " << __FILE__;
  }
};

TEST_F(AHeapWithoutMemory, ReportsThatItGotNoArenaAndStaysUsable) {
  expect_success([] {
    Heap heap;
    std::vector<Ref<Float>> floats;
    floats.reserve(10'000'000);
    REQUIRE(limit_address_space(20_MiB));
    const std::string failure = failure_of([&] {
      for (int i = 0; i < 10'000'000; ++i) {
        floats.push_back(heap.new_float(i));
      }
    });
    REQUIRE(failure ==
            "an arena of 1 MiB: mmap(2.0 MiB): Cannot allocate memory");
    // What it had is full and whole ...
    REQUIRE(floats.size() > 64 * 510 && floats.size() % (64 * 510) == 0);
    REQUIRE(testing::live_objects(heap) ==
            static_cast<std::int64_t>(floats.size()));
    for (std::size_t i = 0; i < floats.size(); ++i) {
      REQUIRE(floats[i]->value == static_cast<double>(i));
    }
    // ... and serves again when something is given back.
    const Float* const place = floats.back().get();
    floats.pop_back();
    REQUIRE(heap.new_float(1).get() == place);
    floats.clear();
    REQUIRE(testing::live_objects(heap) == 0);
    REQUIRE(heap.new_list(10)->size() == 10);
    return 0;
  });
}

TEST_F(AHeapWithoutMemory, NamesTheRequestedSizeAndGoesOn) {
  expect_success([] {
    Heap heap;
    const Ref<Float> number = heap.new_float(1);
    REQUIRE(limit_address_space(20_MiB));
    constexpr std::string_view kText = "a block of 100.0 MiB: mmap(100.0 MiB)";
    constexpr std::int64_t kItems = (100 << 20) / 8;
    const std::vector<std::function<void()>> calls{
        [&] { heap.allocate(100_MiB); }, [&] { (void)heap.new_list(kItems); },
        [&] { (void)heap.new_array(kItems); }};
    for (const auto& call : calls) {
      const std::string failure = failure_of(call);
      REQUIRE(failure.starts_with(kText));
      REQUIRE(failure.ends_with(": Cannot allocate memory"));
    }
    REQUIRE(testing::live_objects(heap) == 1);
    REQUIRE(heap.new_array(1'000)->length() == 1'000);
    return 0;
  });
}

TEST_F(AHeapWithoutMemory, LeavesAListUnchangedIfItCannotGrow) {
  expect_success([] {
    Heap heap;
    const Ref<List> list = heap.new_list();
    const Ref<Float> number = heap.new_float(1);
    REQUIRE(limit_address_space(20_MiB));
    const std::string failure = failure_of([&] {
      for (;;) list->append(number);
    });
    REQUIRE(failure.starts_with("a block of "));
    REQUIRE(list->size() > 100'000 && list->size() == list->capacity());
    REQUIRE(number->count == list->size() + 1);
    REQUIRE(list->borrow(list->size() - 1) == number.get());
    return 0;
  });
}

}  // namespace
}  // namespace cow
