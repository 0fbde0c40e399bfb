cowpool_test(lessons process
  bad_input_test.cc
  bound_method_test.cc
  class_static_test.cc
  every_lesson_test.cc
  course_test.cc
  global_test.cc
  page_map_test.cc
  pass_self_test.cc
  read_the_meter_test.cc
  refcounts_test.cc
  registry_test.cc
  report.cc
  start_methods_test.cc)
cowpool_test(lessons env
  machine_test.cc
  report.cc
  twins_test.cc)
if(COWPOOL_SELF_CONTAINED)
  target_compile_definitions(lessons_process_test PRIVATE
    COWPOOL_SELF_CONTAINED)
endif()
