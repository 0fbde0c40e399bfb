cowpool_test(os unit
  bytes_test.cc
  cgroup_test.cc
  deadline_test.cc
  descriptor_test.cc
  error_test.cc
  mapping_test.cc
  program_test.cc
  reading_test.cc
  socket_test.cc)
cowpool_test(os process
  child_test.cc
  pipe_test.cc
  program_process_test.cc
  run_program_test.cc
  thread_test.cc)
