cowpool_test(benchmarks process bench_test.cc)
add_dependencies(benchmarks_process_test bench)
