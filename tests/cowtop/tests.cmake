# The meter as a program, and its screen.
add_executable(cowtop_stage cowtop/stage.cc)
target_link_libraries(cowtop_stage PRIVATE cowtop_screen cowtop_core)
cowpool_program(cowtop_stage)

cowpool_test(cowtop unit
  advice_test.cc
  budget_test.cc
  cells_test.cc
  comparison_test.cc
  diagnosis_test.cc
  examine_test.cc
  fake_proc.cc
  flags_test.cc
  layout_test.cc
  limits_test.cc
  looks_test.cc
  process_list_test.cc
  report_test.cc
  tree_test.cc
  view_test.cc
  watch_test.cc
  why_test.cc
  writers_report_test.cc)
cowpool_test(cowtop process
  ../memory/parked_child.cc
  cases_test.cc
  pools_test.cc
  program_test.cc
  record_test.cc
  truth_test.cc
  writers_test.cc)
set(in_a_terminal)
if(CURSES_FOUND)
  set(in_a_terminal live_test.cc screen_test.cc tmux.cc)
endif()
cowpool_test(cowtop env
  ../memory/parked_child.cc
  meters_test.cc
  parked_program.cc
  python_test.cc
  python_writers_test.cc
  ${in_a_terminal})
foreach(tier IN ITEMS unit process env)
  target_link_libraries(cowtop_${tier}_test PRIVATE cowtop_core cowtop_screen)
endforeach()
# Stripped or not, at no -O: the functions are not to be joined or inlined.
add_executable(known_writers cowtop/known_writers.cc)
cowpool_options(known_writers)
add_executable(known_writers_stripped cowtop/known_writers.cc)
cowpool_options(known_writers_stripped)
target_compile_options(known_writers_stripped PRIVATE -fvisibility=hidden)
target_link_options(known_writers_stripped PRIVATE -s -rdynamic)
add_dependencies(cowtop_process_test
  cowtop known_writers known_writers_stripped)
add_dependencies(cowtop_env_test cowtop cowtop_stage)
