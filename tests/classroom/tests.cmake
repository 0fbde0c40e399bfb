# The classroom. Each exercise, in each of its languages, is a test of its own.
add_dependencies(tests classroom)

# classroom_test(NAME TIER ARGUMENT...): a Python file and what it is told.
function(classroom_test name tier)
  add_test(NAME classroom.${name}
    COMMAND "${COWPOOL_PYTHON3}" -B ${ARGN}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/tests/classroom")
  set_tests_properties(classroom.${name} PROPERTIES
    ENVIRONMENT "COWPOOL_BUILD=${PROJECT_BINARY_DIR}"
    LABELS "${tier};not_asan;not_tsan" TIMEOUT 600)
endfunction()

if(COWPOOL_PYTHON3 AND COWPOOL_LESSONS)
  file(GLOB manifests CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/lessons/*/exercise/exercise.json")
  set(languages cpp python)
  set(suffixes cc py)
  foreach(manifest IN LISTS manifests)
    get_filename_component(folder "${manifest}" DIRECTORY)
    string(REGEX REPLACE ".*/([^/]+)/exercise$" "\\1" lesson "${folder}")
    foreach(language suffix IN ZIP_LISTS languages suffixes)
      if(EXISTS "${folder}/exercise.${suffix}")
        classroom_test(Exercise.${lesson}.${language} process
          exercise_test.py ${lesson} ${language})
      endif()
    endforeach()
  endforeach()
  foreach(test IN ITEMS
      HostileHandIns BadInput Variants Class Begin Predict Find)
    string(REGEX REPLACE "([a-z])([A-Z])" "\\1_\\2" file "${test}")
    string(TOLOWER "${file}" file)
    classroom_test(${test} process ${file}_test.py)
  endforeach()
endif()
