cowpool_test(pool unit
  dispatch_test.cc
  incoming_test.cc
  map_job_test.cc
  offers_test.cc
  outgoing_test.cc
  worker_test.cc)

# A program under the thread sanitizer has a thread of the sanitizer's beside
# its own, and keeps memory back. So it cannot be asked about tests that count
# threads, fork in a forked child, run out of memory or of their stack, or want
# a pipe filled to the byte.
set(pool_process_test_not_tsan
  *Thread*
  EveryStartMethod.EndsItsWorkersWhenTheParentIsKilled/fork
  EveryStartMethod.EndsWorkersThatHaveChangedTheirUser*/fork
  ForkServer.EndsItsWorkersWhenKilled*
  FreedBlocks.*
  InvalidReply.IsNoticedIfItsLengthIsImpossible*
  CtrlC.*
  IgnoredSigchld.*/fork
  InnerPool.*
  PoolCopyInANestedWorker*
  Pools.CanRunInsideAWorker*
  Pools.PassOnAnException*
  Processes.*
  Spawn.WorksInAProgramThatTheLoader*
  Streams.*/fork
  PoolInUnusualSurroundings.*)
set(pool_env_test_not_tsan ControlGroups.SetTheDefaultNumber*)
set(pool_faults_test_not_tsan
  Daemons.*/fork
  *Thread*
  *.HarmNoOtherItemIfTheyEndTheirWorker*
  *.AreReportedAsAnExceptionIfTheyRunOutOfMemory*
  FullPipes.*
  Parents.*/fork
  Replies.HarmNoOtherMapIfTheyAreAlmostValid*)

# A program under the address and undefined-behaviour sanitizers keeps what it
# has freed, so its memory grows; looks at objects by way of a pipe of its own,
# which takes descriptors and counts as written; tells of a bad access and exits,
# where otherwise there is a signal; and needs more address space than a limit
# leaves it.
set(pool_process_test_not_asan
  FreedBlocks.*
  ImapOfAnyLength.TakesTheSameMemory
  Processes.TooFewDescriptors*
  PoolInUnusualSurroundings.KeepsAWorkerWhoseResultIsTooLarge*
  PoolInUnusualSurroundings.RefusesFarTooManyWorkers*
  Transfer.AgreesWithTheCountOfTheKernel*)
set(pool_faults_test_not_asan
  ForkServerFaults.TooFewDescriptors*
  *.HarmNoOtherItemIfTheyEndTheirWorker*
  *.AreReportedAsAnExceptionIfTheyRunOutOfMemory*)

cowpool_test(pool process
  ahead_test.cc
  apply_test.cc
  copies_test.cc
  death_test.cc
  exceptions_test.cc
  heap_test.cc
  imap_dropped_test.cc
  imap_end_test.cc
  imap_input_test.cc
  imap_test.cc
  inherited_test.cc
  initializer_test.cc
  interrupt_test.cc
  invalid_reply_test.cc
  lifetime_test.cc
  map_test.cc
  on_demand_test.cc
  owners_test.cc
  pickling_test.cc
  plugin_test.cc
  pools_test.cc
  processes_test.cc
  reentry_test.cc
  retry_test.cc
  start_method_test.cc
  starmap_test.cc
  streams_test.cc
  support.cc
  surroundings_test.cc
  transfer_test.cc
  waiting_test.cc)
target_link_libraries(pool_process_test PRIVATE ${CMAKE_DL_LIBS})
cowpool_test(pool env
  ../support/control_group.cc
  control_groups_test.cc
  support.cc)

# What goes wrong around the pool, brought about on purpose. System calls are
# wrapped, so that a test can have them fail: faults_calls.h.
add_executable(pool_faults_test
  pool/faults_calls.cc
  pool/faults_calls_test.cc
  pool/faults_parent_test.cc
  pool/faults_pipes_test.cc
  pool/faults_server_test.cc
  pool/faults_storm_test.cc
  pool/faults_successor_test.cc
  pool/faults_support.cc
  pool/faults_tasks_test.cc
  pool/support.cc)
target_link_libraries(pool_faults_test PRIVATE test_support)
cowpool_program(pool_faults_test)
foreach(call IN ITEMS epoll_create1 epoll_ctl epoll_wait fcntl fork ftruncate
    memfd_create mmap open pipe2 posix_spawn read recvmsg socketpair syscall waitid
    writev)
  target_link_options(pool_faults_test PRIVATE LINKER:--wrap=${call})
endforeach()
cowpool_discover(pool_faults_test pool.Faults. process)

# Programs that cannot be spawned, because their main lacks the line or comes to
# it too late; and one that can, though its file is lost.
foreach(program IN ITEMS without_line late_line lost_file)
  add_executable(pool_${program} pool/programs/${program}.cc)
  target_link_libraries(pool_${program} PRIVATE cowpool)
  cowpool_program(pool_${program})
  add_dependencies(pool_process_test pool_${program})
endforeach()

# Tasks that are in no program.
add_library(pool_plugin MODULE pool/programs/plugin.cc)
cowpool_options(pool_plugin)
set_target_properties(pool_plugin PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
add_dependencies(pool_process_test pool_plugin)

# What must compile, and what must not and with which words. CASE is a macro
# that chooses a part of compile/tasks.cc.
function(cowpool_compile_test name case expected)
  add_test(NAME pool.Compile.${name}
    COMMAND "${CMAKE_COMMAND}"
      "-DCOMPILER=${CMAKE_CXX_COMPILER}"
      "-DINCLUDES=$<TARGET_PROPERTY:pool_unit_test,INCLUDE_DIRECTORIES>"
      "-DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/pool/compile/tasks.cc"
      "-DCASE=${case}"
      "-DEXPECTED=${expected}"
      -P "${CMAKE_CURRENT_SOURCE_DIR}/pool/compile/compile.cmake")
  set_tests_properties(pool.Compile.${name} PROPERTIES
    LABELS "unit;not_asan" TIMEOUT 120)
endfunction()
cowpool_compile_test(ALambdaWithoutCapturesIsATask LAMBDA "")
foreach(call IN ITEMS
    "Map CAPTURE" "MapAsync CAPTURE_IN_MAP_ASYNC" "Apply CAPTURE_IN_APPLY"
    "Starmap CAPTURE_IN_STARMAP" "Imap CAPTURE_IN_IMAP"
    "ImapUnordered CAPTURE_IN_IMAP_UNORDERED")
  separate_arguments(call)
  list(POP_FRONT call name)
  cowpool_compile_test(ALambdaThatCapturesIsRefusedInOneSentence.${name} ${call}
    "This task cannot be sent to a worker. A lambda that captures cannot")
endforeach()
foreach(call IN ITEMS "Items.Map ITEM" "Items.Imap ITEM_OF_IMAP"
    "Results.Map RESULT" "Results.Imap RESULT_OF_IMAP"
    "Results.Apply RESULT_OF_APPLY" "Arguments ARGUMENT")
  separate_arguments(call)
  list(POP_FRONT call name)
  cowpool_compile_test(UnpicklableTypesAreRefused.${name} ${call}
    "This type of an item, argument or result cannot be pickled")
endforeach()
cowpool_compile_test(TheErrorNamesTheHeaderOfComplexNumbers COMPLEX
  "std::complex needs cow/pickle/complex.h")
cowpool_compile_test(ComplexNumbersWithTheirHeaderAreItems
  COMPLEX_WITH_HEADER "")
cowpool_compile_test(TheErrorNamesTheHeaderOfTimes CHRONO
  "#include <cereal/types/chrono.hpp>")
cowpool_compile_test(TimesWithTheirHeaderAreArguments CHRONO_WITH_HEADER "")
foreach(case IN ITEMS MATRIX MATRICES)
  cowpool_compile_test(TheErrorNamesTheHeaderOfMatrices.${case} ${case}
    "cow/pickle/eigen.h")
endforeach()
foreach(case IN ITEMS NO_DEFAULT NO_DEFAULT_ITEM)
  cowpool_compile_test(TheErrorAsksForADefaultConstructor.${case} ${case}
    "needs a default constructor")
endforeach()
foreach(case IN ITEMS WRONG_ITEM WRONG_ITEM_OF_IMAP)
  cowpool_compile_test(ItemsOfAnotherTypeAreRefused.${case} ${case}
    "The task cannot be called with such an item")
endforeach()
foreach(case IN ITEMS WRONG_ARGUMENT TOO_MANY NO_TUPLES)
  cowpool_compile_test(WrongArgumentsAreRefused.${case} ${case}
    "The task cannot be called with these arguments")
endforeach()
foreach(case IN ITEMS REFERENCE NOT_CONST)
  cowpool_compile_test(ATaskThatChangesItsItemIsRefused.${case} ${case}
    "by value or by const reference")
endforeach()
cowpool_compile_test(AStringLiteralIsRefusedWithAnAlternative LITERAL
  "std::string(")
cowpool_compile_test(AStringIsAnArgument STRING "")
cowpool_compile_test(AVectorOfBoolsHoldsItems BOOLS "")
