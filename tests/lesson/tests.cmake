cowpool_test(lesson unit
  chance_test.cc
  claim_test.cc
  flags_test.cc
  formula_test.cc
  moment_test.cc
  page_picture_test.cc
  timing_test.cc)
cowpool_test(lesson process
  lesson_test.cc
  rendezvous_test.cc)
