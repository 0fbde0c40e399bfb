# What must be compiled for the lessons, and for one of them.
#   cmake -DSOURCE=<top folder> -DBUILD=<its build folder> -DWORK=<folder to work
#     in> -DGENERATOR=... -DMAKE_PROGRAM=... -DCOMPILER=... -P objects.cmake
cmake_minimum_required(VERSION 3.24)

# objects_of(TARGET): the list `objects`. Ninja says what a target takes, built or
# not; of make one learns it where nothing is built yet.
function(objects_of target)
  if(GENERATOR STREQUAL "Ninja")
    execute_process(COMMAND "${MAKE_PROGRAM}" -C "${BUILD}" -t commands ${target}
      OUTPUT_VARIABLE said RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "ninja -t commands ${target} ended with ${status}")
    endif()
  else()
    execute_process(COMMAND env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS
      "${CMAKE_COMMAND}" --build "${WORK}" --target ${target} -- -n -k
      OUTPUT_VARIABLE said ERROR_QUIET)
  endif()
  string(REGEX MATCHALL " -o [^ ]+\\.o " objects "${said}")
  list(TRANSFORM objects REPLACE "^ -o ([^ ]+) $" "\\1")
  list(REMOVE_DUPLICATES objects)
  set(objects "${objects}" PARENT_SCOPE)
endfunction()

# expect(TARGET MOST CMAKE_TARGET...): TARGET takes MOST objects or fewer, some of
# each CMAKE_TARGET, and none of another one but of fmt.
function(expect target most)
  objects_of(${target})
  list(LENGTH objects number)
  message("${target}: ${number} objects")
  if(number GREATER most)
    message(SEND_ERROR "${target} takes ${number} objects, expected ${most} at most")
  endif()
  foreach(part IN LISTS ARGN)
    set(own ${objects})
    list(FILTER own INCLUDE REGEX "(^|/)${part}\\.dir/")
    if(NOT own)
      message(SEND_ERROR "${target} takes no object of ${part}:\n${objects}")
    endif()
    list(FILTER objects EXCLUDE REGEX "(^|/)${part}\\.dir/")
  endforeach()
  list(FILTER objects EXCLUDE REGEX "(^|/)cowpool_(static_)?fmt\\.dir/")
  if(objects)
    message(SEND_ERROR "${target} takes what it does not need:\n${objects}")
  endif()
endfunction()

if(NOT GENERATOR STREQUAL "Ninja")
  file(REMOVE_RECURSE "${WORK}")
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}"
    -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endif()

file(GLOB lessons RELATIVE "${SOURCE}/lessons" "${SOURCE}/lessons/*/*.cc")
list(TRANSFORM lessons REPLACE "/.*" "")
expect(lessons 31 cowpool cowpool_lesson cowpool_course course ${lessons})
expect(04_global 14 cowpool cowpool_lesson 04_global)
expect(cowtop 25 cowpool cowpool_lesson cowpool_inspect cowpool_faults
  cowtop_core cowtop_screen cowtop)
