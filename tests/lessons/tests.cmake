cowpool_test(lessons process
  bad_input_test.cc
  course_test.cc
  global_test.cc
  pass_self_test.cc
  read_the_meter_test.cc
  report.cc)
cowpool_test(lessons env
  machine_test.cc
  report.cc
  twins_test.cc)
