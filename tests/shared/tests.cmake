# Memory of other processes is mapped as it is, so the address sanitizer is asked
# about everything but stores that must end a process.
set(shared_process_test_not_asan Seal.EndsAProcessThatWritesThroughThePointer)
cowpool_test(shared process
  matrix_test.cc
  refusals_test.cc
  seal_test.cc
  segment_test.cc
  support.cc)
