# The site: built from the documents, then its script and its pages are tested,
# in a browser where it is needed. Each NAME.test.mjs is one test.
set(site "${PROJECT_BINARY_DIR}/site-test")
add_test(NAME site.IsBuiltWithoutWarnings
  COMMAND "${PROJECT_SOURCE_DIR}/common/book/site/build.sh" "${site}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
set_tests_properties(site.IsBuiltWithoutWarnings PROPERTIES FIXTURES_SETUP site)

set(names site.IsBuiltWithoutWarnings)
file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.test.mjs")
foreach(file IN LISTS files ITEMS types)
  get_filename_component(name "${file}" NAME_WE)
  add_test(NAME site.${name}
    COMMAND "${CMAKE_CURRENT_LIST_DIR}/run.sh" "${site}" ${name})
  set_tests_properties(site.${name} PROPERTIES FIXTURES_REQUIRED site)
  list(APPEND names site.${name})
endforeach()
set_tests_properties(${names} PROPERTIES
  LABELS "env;not_asan;not_tsan" TIMEOUT 600 SKIP_RETURN_CODE 77)

add_test(NAME site.replay_table
  COMMAND "${COWPOOL_PYTHON3}" -B "${CMAKE_CURRENT_LIST_DIR}/replay_table_test.py")
set_tests_properties(site.replay_table PROPERTIES
  LABELS "unit;not_asan;not_tsan" TIMEOUT 60)
