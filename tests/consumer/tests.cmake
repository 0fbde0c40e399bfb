# A project of its own that uses the library, in each of the ways that
# docs/use_the_library.md shows.

# What this build has fetched, the consumer's takes from there.
get_property(fetched GLOBAL PROPERTY cowpool_fetched)
set(packages)
foreach(name IN LISTS fetched)
  FetchContent_GetProperties(${name} SOURCE_DIR folder)
  string(TOUPPER ${name} name)
  list(APPEND packages "-DFETCHCONTENT_SOURCE_DIR_${name}=${folder}")
endforeach()

# cowpool_consumer_test(NAME SCRIPT ARGUMENT...): runs consumer/SCRIPT.cmake,
# which finds packages with the flags of the list `packages`.
# They build without the sanitizers of this build, so these are not asked.
function(cowpool_consumer_test name script)
  add_test(NAME consumer.${name}
    COMMAND "${CMAKE_COMMAND}"
      "-DSOURCE=${PROJECT_SOURCE_DIR}"
      "-DBUILD=${PROJECT_BINARY_DIR}"
      "-DWORK=${CMAKE_CURRENT_BINARY_DIR}/consumer/${name}"
      "-DGENERATOR=${CMAKE_GENERATOR}"
      "-DMAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}"
      "-DCOMPILER=${CMAKE_CXX_COMPILER}"
      "-DLAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}"
      "-DMORE=${packages}"
      ${ARGN}
      -P "${CMAKE_CURRENT_SOURCE_DIR}/consumer/${script}.cmake")
  set_tests_properties(consumer.${name} PROPERTIES
    LABELS "process;not_asan" TIMEOUT 1200)
endfunction()

cowpool_consumer_test(ConsumerThatAddsOrFetchesTheSource build_and_run
  -DWAY=source)
cowpool_consumer_test(CopyThatWasBuiltWithFetchedPackagesIsRefused refusals
  -DCASE=fetched)
cowpool_consumer_test(LibraryCompilesWithLibcxx libcxx
  "-DINCLUDES=$<TARGET_PROPERTY:pool_unit_test,INCLUDE_DIRECTORIES>")
set_tests_properties(consumer.LibraryCompilesWithLibcxx PROPERTIES
  SKIP_REGULAR_EXPRESSION "skipped: ")
# They compile the whole library, two files at a time; where they were run
# before, only what has changed since.
set(compile_much ConsumerThatAddsOrFetchesTheSource)

if(cowpool_can_be_installed)
  cowpool_consumer_test(ConsumerOfTheInstalledCopy build_and_run
    -DWAY=installed)
  cowpool_consumer_test(ConsumerOfASharedLibrary build_and_run -DWAY=shared)
  list(APPEND compile_much ConsumerOfASharedLibrary)
endif()
list(TRANSFORM compile_much PREPEND consumer.)
set_tests_properties(${compile_much} PROPERTIES PROCESSORS 2)
if(cowpool_can_be_installed AND fmt_VERSION MATCHES "^[0-9]+")
  set(major "${CMAKE_MATCH_0}")
  set(packages "-Dcereal_DIR=${cereal_DIR}")
  cowpool_consumer_test(ConsumerWithAnotherFmtIsRefused refusals
    -DCASE=another_fmt -DFMT_MAJOR=${major})
endif()
# By the front door; in a build folder that is not the top's, there is none.
if(cowpool_can_be_installed AND TARGET cowtop AND PROJECT_IS_TOP_LEVEL
    AND NOT COWPOOL_SANITIZE)
  cowpool_consumer_test(MakeInstallInstallsTheLibraryAndCowtop make_install
    "-DBUILD_TYPE=${CMAKE_BUILD_TYPE}")
endif()

# Each installed header can be included by itself: part of a strict build only,
# as it compiles every one of them.
if(COWPOOL_WERROR)
  file(GLOB headers "${PROJECT_SOURCE_DIR}/common/cow/*/*.h")
  list(FILTER headers INCLUDE REGEX "/cow/(memory|os|pickle|shared|task|pool)/")
  add_library(installed_headers INTERFACE)
  target_sources(installed_headers INTERFACE FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}/common" FILES ${headers})
  target_link_libraries(installed_headers INTERFACE cowpool Eigen3::Eigen)
  set_target_properties(installed_headers PROPERTIES
    VERIFY_INTERFACE_HEADER_SETS ON)
  add_custom_target(installed_headers_alone ALL)
  add_dependencies(installed_headers_alone
    installed_headers_verify_interface_header_sets)
endif()
