# What `make install` installs: the library, its headers, the package that
# find_package(cowpool) reads, and cowtop. Nothing installed names a folder of
# this machine, so the installed copy can be moved as a whole.
#
# The program is the component `cowtop`, the rest `cowpool`. After include(install),
# cowpool_can_be_installed says whether there is anything but a refusal.

include(GNUInstallDirs)

set(cowpool_can_be_installed OFF)

# The installed library would need the fetched library beside it, and another
# version that happens to be on the machine would not do.
get_property(fetched GLOBAL PROPERTY cowpool_fetched)
list(FILTER fetched INCLUDE REGEX "^(fmt|cereal)$")
if(fetched)  # first, so that nothing is installed before it is refused
  list(JOIN fetched ", " fetched)
  install(CODE "message(FATAL_ERROR
    \"cowpool was not installed: it was built with fetched copies of what a \"
    \"program that uses it needs as well; install these packages, empty the \"
    \"build folder and try again: ${fetched}\")"
    COMPONENT cowpool)
endif()

if(TARGET cowtop)
  # It finds the library beside it where that is a shared one.
  file(RELATIVE_PATH cowtop_to_library
    "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(cowtop PROPERTIES
    INSTALL_RPATH "$ORIGIN/${cowtop_to_library}")
  install(TARGETS cowtop
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT cowtop)
endif()

if(fetched)
  return()
endif()
set(cowpool_can_be_installed ON)
include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/cowpool")

install(TARGETS cowpool EXPORT cowpoolTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT cowpool
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT cowpool
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
# With BUILD_SHARED_LIBS. Before 1.0 a new minor version may change what
# programs rely on.
set_target_properties(cowpool PROPERTIES
  VERSION "${PROJECT_VERSION}"
  SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
# The library's rooms; the others are the course's own.
foreach(room IN ITEMS memory os pickle shared task pool)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/common/cow/${room}"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/cow" COMPONENT cowpool
    FILES_MATCHING PATTERN "*.h")
endforeach()
install(EXPORT cowpoolTargets NAMESPACE cowpool::
  DESTINATION "${package_folder}" COMPONENT cowpool)

# fmt's functions carry their major version in their names, so a program must
# link to the same one. What a superproject brought has no version here.
set(cowpool_fmt)
if(fmt_VERSION MATCHES "^[0-9]+")
  math(EXPR next "${CMAKE_MATCH_0} + 1")
  set(cowpool_fmt "${CMAKE_MATCH_0}...<${next}")
endif()
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/cowpoolConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/package/cowpoolConfig.cmake"
  INSTALL_DESTINATION "${package_folder}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/package/cowpoolConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/package/cowpoolConfig.cmake"
  "${PROJECT_BINARY_DIR}/package/cowpoolConfigVersion.cmake"
  DESTINATION "${package_folder}" COMPONENT cowpool)
