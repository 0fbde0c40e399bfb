# Compiles SOURCE with the macro CASE, and does not if EXPECTED is given: then
# the compiler must refuse with one error, which holds that text.
set(flags -std=c++20 -fsyntax-only "-D${CASE}")
foreach(folder IN LISTS INCLUDES)
  list(APPEND flags "-I${folder}")
endforeach()
execute_process(
  COMMAND "${COMPILER}" ${flags} "${SOURCE}"
  RESULT_VARIABLE status
  ERROR_VARIABLE output)

if(EXPECTED STREQUAL "")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${CASE} should compile, but:\n${output}")
  endif()
  return()
endif()

if(status EQUAL 0)
  message(FATAL_ERROR "${CASE} should not compile, but does")
endif()
string(REPLACE ";" "," said "${output}")  # no lists of CMake's
string(REGEX MATCHALL "error:[^\n]*" errors "${said}")
list(LENGTH errors count)
string(FIND "${errors}" "${EXPECTED}" found)
if(NOT count EQUAL 1 OR found EQUAL -1)
  message(FATAL_ERROR
    "${CASE} is refused, but not with one error that says \"${EXPECTED}\":\n"
    "${output}")
endif()
