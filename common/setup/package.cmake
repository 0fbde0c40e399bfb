# What `make package` makes: a .deb of cowtop, with its man page and its
# completions, and the same program as one file. The program is linked
# statically, so that it runs on any Linux of this processor: it needs neither
# our packages nor a C library of the same age.
#
# After include(package), the target cowtop_portable exists where that can be
# linked: static ncurses and C libraries have to be there.

if(NOT TARGET cowtop OR NOT PROJECT_IS_TOP_LEVEL OR COWPOOL_SANITIZE)
  return()
endif()
set(folder "${PROJECT_BINARY_DIR}/packages")
find_library(COWPOOL_STATIC_CURSES libncursesw.a)
find_library(COWPOOL_STATIC_TINFO libtinfo.a)
find_library(COWPOOL_STATIC_C libc.a
  HINTS ${CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES})
mark_as_advanced(COWPOOL_STATIC_CURSES COWPOOL_STATIC_TINFO COWPOOL_STATIC_C)
if(NOT COWPOOL_STATIC_C OR (CURSES_FOUND AND NOT COWPOOL_STATIC_CURSES))
  add_custom_target(cowtop_package
    COMMAND "${CMAKE_COMMAND}" -E echo "There is no static C library or static \
ncursesw here, which the portable cowtop is linked with"
    COMMAND "${CMAKE_COMMAND}" -E false VERBATIM)
  return()
endif()

# The objects of the libraries, not the libraries: those would bring fmt and
# ncurses as shared ones. Without libdw, which loads libraries: --writers shows
# places in files rather than functions.
set(faults "${PROJECT_SOURCE_DIR}/common/cow/faults")
add_executable(cowtop_portable EXCLUDE_FROM_ALL
  "${faults}/inheritance.cc" "${faults}/no_symbols.cc" "${faults}/records.cc"
  "${faults}/rings.cc" "${faults}/writers.cc"
  "${PROJECT_SOURCE_DIR}/common/cowtop/main.cc"
  "${PROJECT_SOURCE_DIR}/common/cow/lesson/static_fmt.cc"
  $<TARGET_OBJECTS:cowpool>
  $<TARGET_OBJECTS:cowpool_inspect>
  $<TARGET_OBJECTS:cowpool_lesson>
  $<TARGET_OBJECTS:cowtop_core>
  $<TARGET_OBJECTS:cowtop_screen>)
target_include_directories(cowtop_portable PRIVATE
  "${PROJECT_SOURCE_DIR}/common")
target_include_directories(cowtop_portable SYSTEM PRIVATE
  $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
cowpool_program(cowtop_portable)
target_link_options(cowtop_portable PRIVATE -static -s LINKER:--gc-sections)
if(CURSES_FOUND)
  target_link_libraries(cowtop_portable PRIVATE "${COWPOOL_STATIC_CURSES}")
  if(COWPOOL_STATIC_TINFO)
    target_link_libraries(cowtop_portable PRIVATE "${COWPOOL_STATIC_TINFO}")
  endif()
endif()
set_target_properties(cowtop_portable PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY "${folder}"
  OUTPUT_NAME "cowtop-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR}")

set(from_help "${PROJECT_SOURCE_DIR}/common/setup/from_help.sh")
add_custom_command(OUTPUT "${folder}/cowtop.1" "${folder}/cowtop.bash"
    "${folder}/_cowtop" "${folder}/cowtop.fish"
  COMMAND "${from_help}" $<TARGET_FILE:cowtop_portable> "${PROJECT_VERSION}"
    "${folder}"
  DEPENDS "${from_help}" cowtop_portable VERBATIM)
add_custom_target(cowtop_package DEPENDS "${folder}/cowtop.1")

# A component of its own: `make install` installs cowtop as it was built.
macro(cowpool_pack)
  install(${ARGN} COMPONENT package EXCLUDE_FROM_ALL)
endmacro()
cowpool_pack(PROGRAMS $<TARGET_FILE:cowtop_portable> DESTINATION bin
  RENAME cowtop)
cowpool_pack(FILES "${folder}/cowtop.1" DESTINATION share/man/man1)
cowpool_pack(FILES "${folder}/cowtop.bash"
  DESTINATION share/bash-completion/completions RENAME cowtop)
cowpool_pack(FILES "${folder}/_cowtop"
  DESTINATION share/zsh/vendor-completions)
cowpool_pack(FILES "${folder}/cowtop.fish"
  DESTINATION share/fish/vendor_completions.d)
cowpool_pack(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  DESTINATION share/doc/cowtop RENAME copyright)

# The pages that cowtop names, as in "To do: ...: docs/04_global.md".
file(GLOB sources "${PROJECT_SOURCE_DIR}/common/cowtop/*.cc")
set(pages)
foreach(source IN LISTS sources)
  file(STRINGS "${source}" lines REGEX "docs/[0-9a-z_]+\\.md")
  string(REGEX MATCHALL "docs/[0-9a-z_]+\\.md" named "${lines}")
  list(APPEND pages ${named})
endforeach()
list(REMOVE_DUPLICATES pages)
foreach(page IN LISTS pages)
  cowpool_pack(FILES "${PROJECT_SOURCE_DIR}/${page}"
    DESTINATION share/doc/cowtop/docs)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cowtop)
set(CPACK_PACKAGE_CONTACT "The authors of cowpool")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
  "shows what the processes of a tree really cost")
set(CPACK_PACKAGE_DIRECTORY "${folder}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL package)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PACKAGE_NAME cowtop)
set(CPACK_DEBIAN_PACKAGE_NAME cowtop)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
include(CPack)
