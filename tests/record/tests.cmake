cowpool_test(record unit
  recording_test.cc)
