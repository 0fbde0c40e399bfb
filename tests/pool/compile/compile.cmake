# Compiles SOURCE with the macro CASE, and does not if EXPECTED is given: then
# the compiler must refuse, and its first error must hold that text.
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
string(REGEX MATCH "error:[^\n]*" first "${output}")
string(FIND "${first}" "${EXPECTED}" found)
if(found EQUAL -1)
  message(FATAL_ERROR
    "${CASE} is refused, but the first error does not say \"${EXPECTED}\":\n"
    "${output}")
endif()
