cowpool_test(task unit
  batch_test.cc
  call_test.cc
  errors_test.cc)
