# `make install` into a folder: what is there, that it runs, and that it names no
# folder of this machine.
#   cmake -DSOURCE=<top folder> -DBUILD=<its build folder>
#     -DWORK=<folder to work in> -DBUILD_TYPE=... -P make_install.cmake
cmake_minimum_required(VERSION 3.24)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

# What a person has installed from this build folder is still to be undone.
set(manifest "${BUILD}/install_manifest.txt")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
if(EXISTS "${manifest}")
  file(RENAME "${manifest}" "${WORK}/manifest_before")
endif()
execute_process(
  COMMAND env -u MAKEFLAGS -u MAKELEVEL NO_INSTALL=1 make -C "${SOURCE}" install
    "BUILD=${BUILD}" PREFIX=/opt/cowpool "DESTDIR=${WORK}/staged"
  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(EXISTS "${manifest}")
  file(RENAME "${manifest}" "${WORK}/manifest")
endif()
if(EXISTS "${WORK}/manifest_before")
  file(RENAME "${WORK}/manifest_before" "${manifest}")
endif()
if(NOT status EQUAL 0)
  message(FATAL_ERROR "make install ended with ${status}:\n${said}")
endif()

# The program, the library, the package and the rooms that are the library's.
set(top "${WORK}/staged/opt/cowpool")
file(GLOB_RECURSE everything RELATIVE "${WORK}/staged" "${WORK}/staged/*")
set(rooms "memory|os|pickle|shared|task|pool")
set(allowed "bin/cowtop"
  "lib[^/]*/([^/]*/)?libcowpool\\.(a|so[.0-9]*)"
  "lib[^/]*/([^/]*/)?cmake/cowpool/cowpool[A-Za-z]*(-[a-z]*)?\\.cmake"
  "include/cow/(${rooms})/[a-z_]+\\.h")
list(JOIN allowed "|" allowed)
foreach(file IN LISTS everything)
  if(NOT file MATCHES "^opt/cowpool/(${allowed})$")
    message(FATAL_ERROR "${file} is installed and should not be")
  endif()
endforeach()
file(GLOB headers RELATIVE "${SOURCE}/common" "${SOURCE}/common/cow/*/*.h")
list(FILTER headers INCLUDE REGEX "^cow/(${rooms})/")
list(TRANSFORM headers PREPEND "include/")
foreach(file IN LISTS headers ITEMS bin/cowtop)
  if(NOT EXISTS "${top}/${file}")
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()

# The list by which it is undone names each file, without DESTDIR.
file(STRINGS "${WORK}/manifest" listed)
list(TRANSFORM listed REPLACE "^/" "")
list(SORT listed)
list(SORT everything)
if(NOT listed STREQUAL everything)
  message(FATAL_ERROR
    "installed is\n${everything}\nbut the manifest lists\n${listed}")
endif()

# From where it is now, which is not where it was installed for.
run("${top}/bin/cowtop" --version)
run(sh -c "exec '${top}/bin/cowtop' --json $$")
string(JSON pid ERROR_VARIABLE wrong GET "${output}" processes 0 pid)
if(NOT pid GREATER 0)
  message(FATAL_ERROR "cowtop says no process:\n${wrong}\n${output}")
endif()

# Debuggers are told where the source is.
set(searched "${top}")
if(BUILD_TYPE MATCHES "Deb")
  set(searched "${top}/include")
endif()
foreach(folder IN ITEMS "${SOURCE}" "${BUILD}" "${WORK}")
  execute_process(COMMAND grep -rlF -e "${folder}" "${searched}"
    OUTPUT_VARIABLE files)
  if(files)
    message(FATAL_ERROR "what is installed names ${folder}:\n${files}")
  endif()
endforeach()
