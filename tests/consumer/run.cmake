# Shared by the scripts beside it.

# run(COMMAND...): runs it, and fails if it does; its output is in `output`.
function(run)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${said}")
  endif()
  set(output "${said}" PARENT_SCOPE)
endfunction()

# run_to_fail(TEXT COMMAND...): runs it, and fails unless it fails and says TEXT,
# however its lines are broken.
function(run_to_fail text)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  list(JOIN ARGN " " command)
  if(status EQUAL 0)
    message(FATAL_ERROR "${command}\nshould have failed, but said:\n${said}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " flat "${said}")
  string(FIND "${flat}" "${text}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR
      "${command}\nfailed, but did not say \"${text}\":\n${said}")
  endif()
endfunction()
