# A test that is named in neither list is of the tier process: the lessons' own,
# NAME_test.cc.
set(lessons_unit comparison_test.cc control_group_test.cc manifest_test.cc)
set(lessons_env machine_test.cc pool_of_node_test.cc production_programs_test.cc
  two_machines_test.cc twins_test.cc)
file(GLOB lessons_process CONFIGURE_DEPENDS
  RELATIVE "${CMAKE_CURRENT_LIST_DIR}" "${CMAKE_CURRENT_LIST_DIR}/*_test.cc")
list(REMOVE_ITEM lessons_process ${lessons_unit} ${lessons_env})
cowpool_test(lessons process ${lessons_process} report.cc)
cowpool_test(lessons unit ${lessons_unit})
cowpool_test(lessons env ${lessons_env} report.cc)
target_link_libraries(lessons_unit_test PRIVATE cowpool_course)
add_dependencies(lessons_process_test docs_first_write)
# Programs of the chapters that have tests, not only their place in the proof.
target_include_directories(lessons_unit_test PRIVATE "${PROJECT_SOURCE_DIR}/docs")
foreach(name IN ITEMS freed killed overcommit pool_of_node referee who_is_killed)
  if(TARGET docs_${name})
    add_dependencies(lessons_env_test docs_${name})
  endif()
endforeach()
if(COWPOOL_SELF_CONTAINED)
  target_compile_definitions(lessons_process_test PRIVATE
    COWPOOL_SELF_CONTAINED)
endif()
