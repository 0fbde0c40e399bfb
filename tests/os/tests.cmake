cowpool_test(os unit bytes_test.cc)
