# pool_soak, whose whole size is for `make soak`; here a few thousand.
add_executable(pool_soak soak/pool_soak.cc)
target_link_libraries(pool_soak PRIVATE cowpool)
target_compile_options(pool_soak PRIVATE $<$<CONFIG:Release>:-O2>)
cowpool_program(pool_soak)
add_dependencies(tests pool_soak)
# (Not under a sanitizer, whose memory grows.)
foreach(method IN ITEMS fork spawn forkserver)
  add_test(NAME soak.NothingGrowsUnder.${method}
    COMMAND pool_soak --tasks 20000 --replacements 300
      --start-method ${method})
  set_tests_properties(soak.NothingGrowsUnder.${method} PROPERTIES
    LABELS "process;not_asan" TIMEOUT 120)
endforeach()
