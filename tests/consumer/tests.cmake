# A project of its own that uses the library, in each of the ways that
# docs/use_the_library.md shows.

# What this build has fetched, the consumer's takes from there.
get_property(fetched GLOBAL PROPERTY cowpool_fetched)
set(consumer_takes)
foreach(name IN LISTS fetched)
  FetchContent_GetProperties(${name} SOURCE_DIR folder)
  string(TOUPPER ${name} name)
  list(APPEND consumer_takes "-DFETCHCONTENT_SOURCE_DIR_${name}=${folder}")
endforeach()

function(cowpool_consumer_test name way)
  add_test(NAME consumer.${name}
    COMMAND "${CMAKE_COMMAND}"
      "-DWAY=${way}"
      "-DSOURCE=${PROJECT_SOURCE_DIR}"
      "-DBUILD=${PROJECT_BINARY_DIR}"
      "-DWORK=${CMAKE_CURRENT_BINARY_DIR}/consumer/${way}"
      "-DGENERATOR=${CMAKE_GENERATOR}"
      "-DMAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}"
      "-DCOMPILER=${CMAKE_CXX_COMPILER}"
      "-DLAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}"
      "-DMORE=${consumer_takes}"
      -P "${CMAKE_CURRENT_SOURCE_DIR}/consumer/build_and_run.cmake")
  set_tests_properties(consumer.${name} PROPERTIES
    LABELS process TIMEOUT 600)
endfunction()

if(cowpool_can_be_installed)
  cowpool_consumer_test(ConsumerOfTheInstalledCopy installed)
endif()
cowpool_consumer_test(ConsumerThatAddsTheSource subdirectory)
cowpool_consumer_test(ConsumerThatFetchesTheSource fetched)
# It compiles the whole library, two files at a time; where it was run before,
# only what has changed since.
set_tests_properties(consumer.ConsumerThatAddsTheSource PROPERTIES PROCESSORS 2)

# Each installed header can be included by itself: part of a strict build only,
# as it compiles every one of them.
if(COWPOOL_WERROR)
  file(GLOB headers "${PROJECT_SOURCE_DIR}/common/cow/*/*.h")
  list(FILTER headers EXCLUDE REGEX "/lesson/")
  add_library(installed_headers INTERFACE)
  target_sources(installed_headers INTERFACE FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}/common" FILES ${headers})
  target_link_libraries(installed_headers INTERFACE cowpool)
  set_target_properties(installed_headers PROPERTIES
    VERIFY_INTERFACE_HEADER_SETS ON)
  add_custom_target(installed_headers_alone ALL)
  add_dependencies(installed_headers_alone
    installed_headers_verify_interface_header_sets)
endif()
