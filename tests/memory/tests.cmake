cowpool_test(memory unit
  environment_test.cc
  mappings_test.cc
  page_map_test.cc
  process_test.cc
  text_test.cc
  usage_test.cc)
cowpool_test(memory memory
  fork_test.cc
  parked_child.cc
  region_checks.cc
  region_test.cc)
cowpool_test(memory process
  parked_child.cc
  read_process_test.cc)
