# How our own code is compiled. Fetched libraries are not touched by it.

# cowpool_options(TARGET): language, warnings, sanitizers.
function(cowpool_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-qual
    -Wformat=2
    $<$<BOOL:${COWPOOL_WERROR}>:-Werror>)
  if(COWPOOL_SANITIZE)
    target_compile_definitions(${target} PUBLIC _GLIBCXX_ASSERTIONS)
    target_compile_options(${target} PRIVATE
      -fsanitize=${COWPOOL_SANITIZE} -fno-sanitize-recover=all
      -fno-omit-frame-pointer -g)
    # PUBLIC: whoever links the library needs the runtime as well.
    target_link_options(${target} PUBLIC -fsanitize=${COWPOOL_SANITIZE})
  endif()
endfunction()

# cowpool_program(TARGET): an executable of ours.
function(cowpool_program target)
  cowpool_options(${target})
  # All symbols are bound at start: bound one by one, each would be a write into
  # a page that a forked worker shares.
  target_link_options(${target} PRIVATE LINKER:-z,now)
endfunction()

# cowpool_one_file_a_room(TARGET): the sources of each room are compiled as one
# file, but those of the list that follows, each by itself. Most of what the
# compiler reads are headers, the same ones in every file of a room: it takes half
# the time (04_global and all that it needs, from nothing: 42 s of CPU for 79).
# Who works on the library and compiles after each change sets
# COWPOOL_ONE_FILE_A_ROOM=OFF.
function(cowpool_one_file_a_room target)
  if(NOT COWPOOL_ONE_FILE_A_ROOM)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(REMOVE_ITEM sources ${ARGN})
  foreach(source IN LISTS sources)
    get_filename_component(room "${source}" DIRECTORY)
    string(MAKE_C_IDENTIFIER "${room}" room)
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP ${room})
  endforeach()
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
