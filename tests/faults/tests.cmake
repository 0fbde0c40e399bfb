# Who wrote first to inherited pages: records and inheritance, without perf.
cowpool_test(faults unit
  inheritance_test.cc
  records_test.cc)
target_link_libraries(faults_unit_test PRIVATE cowpool_faults)
