# What is refused with a sentence: a package that does not fit an installed copy,
# and to install what was built with fetched packages.
#   cmake -DCASE=another_fmt|fetched -DSOURCE=<top folder>
#     -DBUILD=<its build folder> -DWORK=<folder to work in>
#     -DGENERATOR=... -DMAKE_PROGRAM=... -DCOMPILER=... -DMORE=<of fmt: the
#     major version; and where the packages are> -P refusals.cmake
cmake_minimum_required(VERSION 3.24)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(tools -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}")
file(REMOVE_RECURSE "${WORK}")
unset(ENV{DESTDIR})

if(CASE STREQUAL "another_fmt")
  run("${CMAKE_COMMAND}" --install "${BUILD}"
    --prefix "${WORK}/copy" --component cowpool)
  # A package fmt of the next major version; no other is found.
  math(EXPR next "${FMT_MAJOR} + 1")
  file(WRITE "${WORK}/fmt/fmt-config.cmake"
    "add_library(fmt::fmt INTERFACE IMPORTED)\n")
  file(WRITE "${WORK}/fmt/fmt-config-version.cmake"
    "set(PACKAGE_VERSION ${next}.0.0)\n"
    "if(PACKAGE_FIND_VERSION_RANGE AND\n"
    "    PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION_MAX)\n"
    "  set(PACKAGE_VERSION_COMPATIBLE TRUE)\n"
    "elseif(NOT PACKAGE_FIND_VERSION_RANGE)\n"
    "  set(PACKAGE_VERSION_COMPATIBLE TRUE)\n"
    "endif()\n")
  set(consumer "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" ${tools}
    "-DCMAKE_PREFIX_PATH=${WORK}/copy" "-DCOWPOOL=installed"
    "-Dfmt_DIR=${WORK}/fmt" -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF
    -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF ${MORE})
  run_to_fail(
    "needs these packages as well, with the version shown: fmt ${FMT_MAJOR}...<${next}."
    ${consumer} -B "${WORK}/refused")
  # It is the version that is refused: with the right one all is well.
  file(WRITE "${WORK}/fmt/fmt-config-version.cmake"
    "set(PACKAGE_VERSION ${FMT_MAJOR}.9.0)\n"
    "set(PACKAGE_VERSION_COMPATIBLE TRUE)\n")
  run(${consumer} -B "${WORK}/taken")
else()
  # As if they had been fetched: folders that look like them. Nothing is built.
  set(packages)
  foreach(name IN ITEMS fmt eigen3 cereal cli11 nlohmann_json)
    file(WRITE "${WORK}/${name}/include/empty" "")
    file(WRITE "${WORK}/${name}/src/format.cc" "")
    file(WRITE "${WORK}/${name}/src/os.cc" "")
    string(TOUPPER ${name} upper)
    list(APPEND packages "-DFETCHCONTENT_SOURCE_DIR_${upper}=${WORK}/${name}")
  endforeach()
  run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/build" ${tools}
    -DCOWPOOL_TESTS=OFF -DCOWPOOL_LESSONS=OFF
    -DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER ${packages})
  run_to_fail(
    "install these packages, empty the build folder and try again: fmt, cereal"
    "${CMAKE_COMMAND}" --install "${WORK}/build" --prefix "${WORK}/installed")
  if(EXISTS "${WORK}/installed")
    message(FATAL_ERROR "it is refused, but something was installed")
  endif()
endif()
