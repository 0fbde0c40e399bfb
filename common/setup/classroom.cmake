# How a hand-in of an exercise is compiled: written down for
# common/classroom/check.py, so that checking one needs no run of CMake.

set(objects)
set(options -Wl,-z,now)
if(COWPOOL_SELF_CONTAINED)
  set(objects $<TARGET_OBJECTS:cowpool_static_fmt>)
  list(APPEND options -static-libstdc++ -static-libgcc -Wl,--as-needed)
endif()

file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/classroom/compiler.txt" CONTENT
"compiler ${CMAKE_CXX_COMPILER}
includes $<TARGET_PROPERTY:cowpool,INCLUDE_DIRECTORIES>
defines $<TARGET_PROPERTY:cowpool,COMPILE_DEFINITIONS>
objects ${objects}
libraries $<TARGET_FILE:cowpool>;$<TARGET_LINKER_FILE:fmt::fmt>
options ${options}
")

# What a hand-in is linked with.
add_custom_target(classroom DEPENDS cowpool)
if(COWPOOL_SELF_CONTAINED)
  add_dependencies(classroom cowpool_static_fmt)
endif()
