// fmt's functions, compiled into the program, because it must not map fmt's
// shared library. common/setup/self_contained.cmake says why.
#include <fmt/format-inl.h>

// The templates of fmt that our code calls and fmt's headers do not contain.
template void fmt::detail::buffer<char>::append(const char*, const char*);
template void fmt::detail::vformat_to<char>(fmt::detail::buffer<char>&,
                                            fmt::string_view, fmt::format_args,
                                            fmt::detail::locale_ref);
template auto fmt::detail::thousands_sep_impl<char>(fmt::detail::locale_ref)
    -> fmt::detail::thousands_sep_result<char>;
template char fmt::detail::decimal_point_impl<char>(fmt::detail::locale_ref);
