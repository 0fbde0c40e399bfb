# Configures, builds and runs the consumer: a test of cowpool's installation.
#   cmake -DWAY=installed|shared|source -DSOURCE=<top folder>
#     -DBUILD=<cowpool's build folder> -DWORK=<folder to work in>
#     -DGENERATOR=... -DMAKE_PROGRAM=... -DCOMPILER=...
#     -DLAUNCHER=<compiler launcher, or empty>
#     -DMORE=<further flags for cmake: where packages are>
#     -P build_and_run.cmake
# `shared` is `installed` of a shared library, which is built for it. `source` is
# the source with add_subdirectory, then fetched: one after the other in the same
# folder, where the second finds the library compiled.
cmake_minimum_required(VERSION 3.24)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

# Nothing in the headers warns, even where a consumer asks for much. Without
# optimization, because most ways compile the whole library again.
set(flags "-O0 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror")
set(tools
  -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}"
  "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")
set(ways installed)
unset(ENV{DESTDIR})

if(WAY STREQUAL "shared")
  run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/library" ${tools}
    "-DCMAKE_CXX_FLAGS=-O0" -DBUILD_SHARED_LIBS=ON -DCOWPOOL_TESTS=OFF
    -DCOWPOOL_LESSONS=OFF -DCOWPOOL_COWTOP=OFF ${MORE})
  run("${CMAKE_COMMAND}" --build "${WORK}/library" --parallel 2)
  set(BUILD "${WORK}/library")
endif()

if(WAY MATCHES "installed|shared")
  file(REMOVE_RECURSE "${WORK}/first" "${WORK}/moved" "${WORK}/build")
  # The component: so the list of what a person has installed from this build
  # folder stays as it is.
  run("${CMAKE_COMMAND}" --install "${BUILD}"
    --prefix "${WORK}/first" --component cowpool)
  # It is used from another place than where it was installed to.
  file(RENAME "${WORK}/first" "${WORK}/moved")
  set(from "-DCMAKE_PREFIX_PATH=${WORK}/moved")
  file(GLOB_RECURSE shared "${WORK}/moved/*.so*")
  if(WAY STREQUAL "shared" AND NOT shared)
    message(FATAL_ERROR "no shared library was installed")
  endif()
  file(GLOB_RECURSE targets "${WORK}/moved/*cowpoolTargets*.cmake")
  foreach(file IN LISTS targets)
    file(READ "${file}" text)
    if(text MATCHES "COMPILE_OPTIONS")
      message(FATAL_ERROR "${file} forces compile options upon consumers")
    endif()
  endforeach()
else()
  set(ways subdirectory fetched)
  # What is fetched is built where add_subdirectory builds it.
  set(from "-DCOWPOOL_SOURCE=${SOURCE}"
    "-DFETCHCONTENT_BASE_DIR=${WORK}/build")
endif()

# As on a machine without Eigen, which only its pickling needs.
set(no_eigen -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)
foreach(way IN LISTS ways)
  run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK}/build"
    ${tools} "-DCMAKE_CXX_FLAGS=${flags}" "-DCOWPOOL=${way}" ${from} ${no_eigen}
    ${MORE})
  # The program anew, so that each way has made one.
  file(REMOVE "${WORK}/build/consumer")
  run("${CMAKE_COMMAND}" --build "${WORK}/build" --target consumer plugin host
    --parallel 2)
  run("${WORK}/build/consumer")
  run("${WORK}/build/host" "${WORK}/build/libplugin.so")
  if(WAY STREQUAL "source")
    # The consumer's own install takes nothing of ours along.
    file(REMOVE_RECURSE "${WORK}/installed")
    run("${CMAKE_COMMAND}" --install "${WORK}/build"
      --prefix "${WORK}/installed")
    file(GLOB_RECURSE installed "${WORK}/installed/*")
    if(installed)
      message(FATAL_ERROR "the consumer's install installs ${installed}")
    endif()
  endif()
endforeach()
