# The libraries that cowpool is built with. After include(dependencies), from
# the top CMakeLists.txt, these targets exist:
#
#   fmt::fmt  cereal::cereal
#   Eigen3::Eigen  CLI11::CLI11  nlohmann_json::nlohmann_json
#                                             where COWPOOL_LESSONS,
#                                             COWPOOL_COWTOP or COWPOOL_TESTS is
#                                             on; there, too, CURSES_FOUND says
#                                             whether there is ncursesw, and
#                                             COWPOOL_HAS_LIBDW whether libdw
#   GTest::gtest  GTest::gtest_main  GTest::gmock  GTest::gmock_main
#                                             where COWPOOL_TESTS is on
#   MPI::MPI_CXX                              where COWPOOL_HAS_MPI is on then
#   benchmark::benchmark  benchmark::benchmark_main
#                                             where COWPOOL_BENCH is on
#
# A target that exists already is left as it is, an installed package is taken
# without any network, and otherwise the version below is fetched: the version
# of Debian 12, so that falling back changes nothing that was measured. Their
# headers are system headers for us: no warnings come from them.
#
# With neither packages nor network: unpack the sources somewhere and hand over
# -DFETCHCONTENT_SOURCE_DIR_FMT=DIR, _EIGEN3, _CEREAL, _CLI11, _NLOHMANN_JSON,
# _GTEST, _BENCHMARK. To try the fetched versions on a machine that has the
# packages: -DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER.
#
# Each hash stands in several public recipes for the same address; those of
# Eigen, json, GoogleTest and benchmark are Debian's source archives, too.

include(FetchContent)

# GLOBAL below: a consumer that takes us with add_subdirectory links to these
# targets from outside our directory.

# What checks our code must not check theirs. -w wins over every -W and -Werror,
# also over those of CMAKE_CXX_FLAGS.
function(cowpool_not_ours target)
  target_compile_options(${target} PRIVATE -w)
  set_target_properties(${target} PROPERTIES
    EXCLUDE_FROM_ALL ON
    CXX_CLANG_TIDY ""
    CXX_INCLUDE_WHAT_YOU_USE ""
    EXPORT_COMPILE_COMMANDS OFF)
endfunction()

# For a library that we need the headers of, and at most a few sources: none of
# its CMake code runs, so none of its options, tests, install rules and old
# policies reach us. The target is imported, which makes its headers system
# headers and lets install(EXPORT) of our library name it.
#   cowpool_headers(NAME TARGET INCLUDE_DIRECTORY [SOURCE...])
# NAME must be declared with SOURCE_SUBDIR ${cowpool_no_cmake}. Of a package
# NAME_VERSION is set; a fetched one is put into the property cowpool_fetched.
set(cowpool_no_cmake no-such-directory)
function(cowpool_headers name target directory)
  if(TARGET ${target})
    return()
  endif()
  FetchContent_MakeAvailable(${name})
  if(TARGET ${target})
    set(${name}_VERSION "${${name}_VERSION}" PARENT_SCOPE)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY cowpool_fetched ${name})
  FetchContent_GetProperties(${name} SOURCE_DIR root)
  if(NOT IS_DIRECTORY "${root}/${directory}")
    message(FATAL_ERROR
      "${name} was found, but it has no target ${target} and no directory "
      "'${root}/${directory}'. To take the version that is known to work, "
      "configure with -DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER")
  endif()
  message(STATUS "${name} is not installed; taken from ${root}")
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} INTERFACE "${root}/${directory}")
  if(ARGN)
    list(TRANSFORM ARGN PREPEND "${root}/")
    add_library(cowpool_${name} STATIC ${ARGN})
    target_include_directories(cowpool_${name} PRIVATE "${root}/${directory}")
    set_target_properties(cowpool_${name} PROPERTIES
      POSITION_INDEPENDENT_CODE ON)
    cowpool_not_ours(cowpool_${name})
    target_link_libraries(${target} INTERFACE cowpool_${name})
  endif()
endfunction()

# For a library that is built by its own CMake code; only our tests and
# benchmarks link to these, so nothing of them is ever installed.
#   cowpool_sources(NAME TARGET...)
# TARGET is NAME::TARGET for us.
function(cowpool_sources name)
  list(GET ARGN 0 first)
  if(TARGET ${name}::${first})
    return()
  endif()

  # These variables end with the function. GoogleTest asks for a CMake so old
  # that its option() would overlook them without the default for CMP0077, and
  # that CMake 4 would complain without the minimum.
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_POLICY_VERSION_MINIMUM 3.24)
  set(BUILD_SHARED_LIBS OFF)
  set(INSTALL_GTEST OFF)
  set(BENCHMARK_ENABLE_TESTING OFF)
  set(BENCHMARK_ENABLE_WERROR OFF)
  set(BENCHMARK_ENABLE_INSTALL OFF)
  set(BENCHMARK_INSTALL_DOCS OFF)
  # One standard in all objects: the headers' inline functions depend on it.
  if(NOT CMAKE_CXX_STANDARD)
    set(CMAKE_CXX_STANDARD 20)
  endif()

  FetchContent_MakeAvailable(${name})

  foreach(target IN LISTS ARGN)
    if(NOT TARGET ${name}::${target})
      message(FATAL_ERROR
        "${name} was found, but it has no target ${name}::${target}. To take "
        "the version that is known to work, configure with "
        "-DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER")
    endif()
    get_target_property(installed ${name}::${target} IMPORTED)
    if(installed)
      continue()
    endif()
    # SYSTEM of FetchContent_Declare would say the same, from CMake 3.25 on.
    get_target_property(headers ${target} INTERFACE_INCLUDE_DIRECTORIES)
    set_property(TARGET ${target} APPEND
      PROPERTY INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${headers})
    cowpool_not_ours(${target})
  endforeach()
endfunction()

# Built and not FMT_HEADER_ONLY: that adds seconds to every file that uses it.
FetchContent_Declare(fmt
  URL https://github.com/fmtlib/fmt/archive/refs/tags/9.1.0.tar.gz
  URL_HASH
    SHA256=5dea48d1fcddc3ec571ce2058e13910a0d4a6bab4cc09a809d8b1dd1c88ae6f2
  SOURCE_SUBDIR ${cowpool_no_cmake}
  FIND_PACKAGE_ARGS 9 CONFIG QUIET GLOBAL)
cowpool_headers(fmt fmt::fmt include src/format.cc src/os.cc)

# Before 1.3.1 its package had a target `cereal`, without a namespace.
FetchContent_Declare(cereal
  URL https://github.com/USCiLab/cereal/archive/refs/tags/v1.3.2.tar.gz
  URL_HASH
    SHA256=16a7ad9b31ba5880dac55d62b5d6f243c3ebc8d46a3514149e56b5e7ea81f85f
  SOURCE_SUBDIR ${cowpool_no_cmake}
  FIND_PACKAGE_ARGS 1.3.1 CONFIG QUIET GLOBAL)
cowpool_headers(cereal cereal::cereal include)

if(COWPOOL_LESSONS OR COWPOOL_COWTOP OR COWPOOL_TESTS OR COWPOOL_BENCH)
  # Eigen 5 does not answer to 3.4, and the lessons were never run with it.
  FetchContent_Declare(Eigen3
    URL https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
    URL_HASH
      SHA256=b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626
    SOURCE_SUBDIR ${cowpool_no_cmake}
    FIND_PACKAGE_ARGS 3.4 CONFIG QUIET GLOBAL)
  cowpool_headers(Eigen3 Eigen3::Eigen .)

  FetchContent_Declare(CLI11
    URL https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.1.2.tar.gz
    URL_HASH
      SHA256=26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb
    SOURCE_SUBDIR ${cowpool_no_cmake}
    FIND_PACKAGE_ARGS 2.1 CONFIG QUIET GLOBAL)
  cowpool_headers(CLI11 CLI11::CLI11 include)

  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz
    URL_HASH
      SHA256=d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273
    SOURCE_SUBDIR ${cowpool_no_cmake}
    FIND_PACKAGE_ARGS 3.10 CONFIG QUIET GLOBAL)
  cowpool_headers(nlohmann_json nlohmann_json::nlohmann_json include)
endif()

# Open MPI, for the lesson that needs it; a package, or not at all. Not its C++
# functions, which would bring libstdc++ as a shared library.
set(COWPOOL_HAS_MPI OFF)
if(COWPOOL_LESSONS AND COWPOOL_MPI)
  find_program(COWPOOL_MPIRUN mpirun)
  mark_as_advanced(COWPOOL_MPIRUN)
  if(COWPOOL_MPIRUN)
    set(MPI_CXX_SKIP_MPICXX ON)
    find_package(MPI QUIET COMPONENTS CXX)
  endif()
  if(MPI_CXX_FOUND)
    include(CheckCXXSymbolExists)
    set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_CXX)
    check_cxx_symbol_exists(OPEN_MPI mpi.h COWPOOL_MPI_IS_OPEN_MPI)
    unset(CMAKE_REQUIRED_LIBRARIES)
    set(COWPOOL_HAS_MPI ${COWPOOL_MPI_IS_OPEN_MPI})
  endif()
  if(NOT COWPOOL_HAS_MPI)
    message(STATUS "Open MPI is not installed; lesson 16 is not built")
  endif()
endif()

# The live screen of cowtop. Every system has curses as a package and builds it
# in a way of its own, so it is not fetched: without it cowtop has no screen.
if(COWPOOL_LESSONS OR COWPOOL_COWTOP OR COWPOOL_TESTS)
  set(CURSES_NEED_NCURSES TRUE)
  set(CURSES_NEED_WIDE TRUE)
  find_package(Curses QUIET)
  if(NOT CURSES_FOUND)
    message(STATUS "ncursesw is not installed; cowtop has no live screen")
  endif()
endif()

# The names of functions for cowtop --writers: libdw of elfutils, a package, or
# not at all. Without it addresses are shown.
if(COWPOOL_LESSONS OR COWPOOL_COWTOP OR COWPOOL_TESTS)
  find_path(COWPOOL_LIBDW_HEADERS elfutils/libdwfl.h)
  find_library(COWPOOL_LIBDW dw)
  find_library(COWPOOL_LIBELF elf)
  mark_as_advanced(COWPOOL_LIBDW_HEADERS COWPOOL_LIBDW COWPOOL_LIBELF)
  if(COWPOOL_LIBDW_HEADERS AND COWPOOL_LIBDW AND COWPOOL_LIBELF)
    set(COWPOOL_HAS_LIBDW ON)
  else()
    set(COWPOOL_HAS_LIBDW OFF)
    message(STATUS
      "libdw is not installed; cowtop --writers shows no names of functions")
  endif()
endif()

if(COWPOOL_TESTS)
  FetchContent_Declare(GTest
    URL https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz
    URL_HASH
      SHA256=81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2
    FIND_PACKAGE_ARGS 1.11 CONFIG QUIET GLOBAL)
  cowpool_sources(GTest gtest gtest_main gmock gmock_main)
endif()

if(COWPOOL_BENCH)
  FetchContent_Declare(benchmark
    URL https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz
    URL_HASH
      SHA256=6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7
    FIND_PACKAGE_ARGS 1.6 CONFIG QUIET GLOBAL)
  cowpool_sources(benchmark benchmark benchmark_main)
endif()
