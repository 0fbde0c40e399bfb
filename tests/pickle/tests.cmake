cowpool_test(pickle unit
  blocks_test.cc
  broken_test.cc
  eigen_test.cc
  fetch_test.cc
  memo_test.cc
  placed_test.cc
  round_trip_test.cc
  sizes_test.cc)
