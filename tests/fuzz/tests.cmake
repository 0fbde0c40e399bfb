# Fuzz targets: one file each, its corpus in corpus/NAME. Built by a compiler
# with libFuzzer (preset fuzz) a target is a fuzzer, run by
# common/setup/run_fuzz.sh; built by any other it is a test that replays the
# corpus, so that what was found once stays fixed.
add_custom_target(fuzz)

# cowpool_fuzz(NAME): the program fuzz_NAME.
function(cowpool_fuzz name)
  add_executable(fuzz_${name} fuzz/${name}.cc)
  target_link_libraries(fuzz_${name}
    PRIVATE cowpool_lesson cowpool_inspect cowpool_faults nlohmann_json::nlohmann_json)
  target_include_directories(fuzz_${name} PRIVATE
    "${CMAKE_CURRENT_SOURCE_DIR}")
  cowpool_program(fuzz_${name})
  add_dependencies(fuzz fuzz_${name})
  if(COWPOOL_SANITIZE MATCHES "fuzzer")
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_sources(fuzz_${name} PRIVATE fuzz/replay.cc)
  add_dependencies(tests fuzz_${name})
  add_test(NAME fuzz.TheCorpusHasNoFinding.${name}
    COMMAND fuzz_${name} "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name}")
  set_tests_properties(fuzz.TheCorpusHasNoFinding.${name} PROPERTIES
    LABELS unit TIMEOUT 120
    # Who asks for too much memory and can live without is told so.
    ENVIRONMENT ASAN_OPTIONS=allocator_may_return_null=1)
endfunction()

foreach(target IN ITEMS
    cgroup fault_records flags frames letters objects page_map pickle process smaps worker)
  cowpool_fuzz(${target})
endforeach()
