# Configures, builds and runs the consumer: a test of cowpool's installation.
#   cmake -DWAY=installed|subdirectory|fetched -DSOURCE=<top folder>
#     -DBUILD=<cowpool's build folder> -DWORK=<folder to work in>
#     -DGENERATOR=... -DMAKE_PROGRAM=... -DCOMPILER=...
#     -DLAUNCHER=<compiler launcher, or empty>
#     -DMORE=<further flags for the consumer's cmake>
#     -P build_and_run.cmake
cmake_minimum_required(VERSION 3.24)

function(run)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${output}")
  endif()
endfunction()

# Nothing in the headers warns, even where a consumer asks for much. Without
# optimization, because "subdirectory" compiles the whole library again.
set(flags "-O0 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror")
set(way "-DCOWPOOL=${WAY}")

if(WAY STREQUAL "installed")
  file(REMOVE_RECURSE "${WORK}")
  unset(ENV{DESTDIR})
  # The component: so the list of what a person has installed from this build
  # folder stays as it is.
  run("${CMAKE_COMMAND}" --install "${BUILD}"
    --prefix "${WORK}/first" --component cowpool)
  # It is used from another place than where it was installed to.
  file(RENAME "${WORK}/first" "${WORK}/moved")
  list(APPEND way "-DCMAKE_PREFIX_PATH=${WORK}/moved")

  file(GLOB_RECURSE installed RELATIVE "${WORK}/moved" "${WORK}/moved/*")
  foreach(file IN LISTS installed)
    if(file MATCHES "lesson|gtest|gmock|^bin/")
      message(FATAL_ERROR "${file} is installed and should not be")
    endif()
    if(NOT file MATCHES "\\.(h|cmake)$")
      continue()
    endif()
    file(READ "${WORK}/moved/${file}" text)
    if(file MATCHES "cowpoolTargets" AND text MATCHES "COMPILE_OPTIONS")
      message(FATAL_ERROR "${file} forces compile options upon consumers")
    endif()
    foreach(folder IN ITEMS "${SOURCE}" "${BUILD}" "${WORK}/first")
      string(FIND "${text}" "${folder}" position)
      if(NOT position EQUAL -1)
        message(FATAL_ERROR "${file} is installed and names ${folder}")
      endif()
    endforeach()
  endforeach()
else()
  list(APPEND way "-DCOWPOOL_SOURCE=${SOURCE}")
endif()

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK}/build"
  -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}"
  "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
  "-DCMAKE_CXX_FLAGS=${flags}" ${way} ${MORE})
if(WAY STREQUAL "fetched")
  # From here on it is the same as a subdirectory, which is built by the test
  # beside this one.
  return()
endif()
run("${CMAKE_COMMAND}" --build "${WORK}/build" --target consumer --parallel 2)
run("${WORK}/build/consumer")
