# cowpool_self_contained(TARGET): a program that maps no library but the C
# library, which every process on the machine maps.
#
# The kernel counts a page of a file as a process's own (USS) while no other
# process maps it. A lesson that mapped libstdc++ would own 1.6 MiB of it when a
# shell had started it, and nearly nothing of it when another C++ program had:
# its figures would depend on what runs it.
#
# Not under a sanitizer, whose runtime wants the shared libraries. Nor where fmt
# is a shared library whose functions cannot be compiled in from its headers,
# or there is no static libstdc++: then the figures of the parent differ by that
# much, and COWPOOL_SELF_CONTAINED is off.

set(static_fmt "${PROJECT_SOURCE_DIR}/common/cow/lesson/static_fmt.cc")

if(COWPOOL_SANITIZE)
  set(COWPOOL_SELF_CONTAINED OFF)
elseif(NOT DEFINED COWPOOL_SELF_CONTAINED)
  get_target_property(fmt_headers fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  try_compile(COWPOOL_SELF_CONTAINED "${PROJECT_BINARY_DIR}/self_contained"
    SOURCES "${PROJECT_SOURCE_DIR}/common/setup/self_contained.cc"
      "${static_fmt}"
    CMAKE_FLAGS
      "-DINCLUDE_DIRECTORIES=${fmt_headers}"
    LINK_OPTIONS -static-libstdc++ -static-libgcc
    CXX_STANDARD 20)
  if(NOT COWPOOL_SELF_CONTAINED)
    message(STATUS "The lessons map libstdc++ and fmt as shared libraries: what "
      "their parent process owns (USS) depends on what else runs")
  endif()
endif()

if(COWPOOL_SELF_CONTAINED)
  add_library(cowpool_static_fmt OBJECT "${static_fmt}")
  target_include_directories(cowpool_static_fmt SYSTEM PRIVATE
    $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
  cowpool_options(cowpool_static_fmt)
endif()

function(cowpool_self_contained target)
  if(COWPOOL_SELF_CONTAINED)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:cowpool_static_fmt>)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc
      LINKER:--as-needed)
  endif()
endfunction()
