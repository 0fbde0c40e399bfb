// Which sanitizer this test was built with: gcc has macros for it, clang an
// operator.
#pragma once

namespace cow::testing {

#if defined(__has_feature)
#define COWPOOL_HAS_FEATURE(name) __has_feature(name)
#else
#define COWPOOL_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || COWPOOL_HAS_FEATURE(address_sanitizer)
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif

#if defined(__SANITIZE_THREAD__) || COWPOOL_HAS_FEATURE(thread_sanitizer)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

#undef COWPOOL_HAS_FEATURE

}  // namespace cow::testing
