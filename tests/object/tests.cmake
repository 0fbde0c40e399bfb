cowpool_test(object unit
  blocks_test.cc
  collector_test.cc
  count_table_test.cc
  layout_test.cc
  list_test.cc
  pages_test.cc
  ref_test.cc)
cowpool_test(object memory
  ../memory/parked_child.cc
  ../memory/region_checks.cc
  limit_test.cc
  presence_test.cc
  reading_test.cc)
