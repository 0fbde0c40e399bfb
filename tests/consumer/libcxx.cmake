# Compiles the library and a program that uses it with clang and its own standard
# library, as far as errors show; says "skipped" where that is not installed.
#   cmake -DSOURCE=<top folder> -DWORK=<folder to work in>
#     -DINCLUDES=<folders with headers> -P libcxx.cmake
set(flags -stdlib=libc++ -std=c++20 -fsyntax-only -Wall -Wextra -Werror
  -Wno-unused-command-line-argument)
foreach(folder IN LISTS INCLUDES)
  list(APPEND flags -idirafter "${folder}")  # behind those of libc++
endforeach()
list(APPEND flags "-I${SOURCE}/common")

file(WRITE "${WORK}/probe.cc" "#include <string>\n")
execute_process(COMMAND clang++ ${flags} "${WORK}/probe.cc"
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
if(NOT status EQUAL 0)
  message("skipped: there is no clang++ with libc++")
  return()
endif()

# The sources of each room as one file.
foreach(room IN ITEMS os memory pickle task pool)
  file(GLOB sources "${SOURCE}/common/cow/${room}/*.cc")
  list(TRANSFORM sources REPLACE "(.+)" "#include \"\\1\"\n")
  file(WRITE "${WORK}/${room}.cc" ${sources})
  list(APPEND files "${WORK}/${room}.cc")
endforeach()
execute_process(
  COMMAND clang++ ${flags} ${files} "${SOURCE}/tests/consumer/main.cc"
  RESULT_VARIABLE status ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "with libc++ it does not compile:\n${said}")
endif()
