cowpool_test(inspect unit
  changed_pages_test.cc
  cpython_test.cc
  page_changes_test.cc)
cowpool_test(inspect process
  ../memory/parked_child.cc
  ../memory/region_checks.cc
  remote_memory_test.cc)
foreach(tier IN ITEMS unit process)
  target_link_libraries(inspect_${tier}_test PRIVATE cowpool_inspect)
endforeach()
