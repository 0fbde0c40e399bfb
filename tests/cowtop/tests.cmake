# The meter as a program, without its screen.
cowpool_test(cowtop unit
  budget_test.cc
  comparison_test.cc
  diagnosis_test.cc
  fake_proc.cc
  flags_test.cc
  process_list_test.cc
  report_test.cc
  tree_test.cc
  watch_test.cc)
cowpool_test(cowtop process
  ../memory/parked_child.cc
  cases_test.cc
  pools_test.cc
  program_test.cc
  truth_test.cc)
cowpool_test(cowtop env
  ../memory/parked_child.cc
  meters_test.cc
  parked_program.cc
  python_test.cc)
foreach(tier IN ITEMS unit process env)
  target_link_libraries(cowtop_${tier}_test PRIVATE cowtop_core)
endforeach()
add_dependencies(cowtop_process_test cowtop)
add_dependencies(cowtop_env_test cowtop)
