# Reads the manifest of the lessons, lessons/lessons.json:
#
#   {"parts":   ["<title of part 1>", ...],
#    "lessons": [{"name": "04_global",      NN_name, as its folder
#                 "part": 1,
#                 "idea": "<one line>",
#                 "minutes": 30,            to read the chapter and run it
#                 "after": ["01", "02"],    the lessons that it builds on
#                 "question": "...",        without it the lesson is planned
#                 "answer": "...",
#                 "next": "...",            what to read after it
#                 "needs": "Open MPI"},     what not every machine has; may be
#                ...]}                      left out
#
# What is missing or of a wrong type ends in a sentence that names the lesson
# and the field. What the manifest says of files is checked by the tests
# (lessons.Manifest).
#
# As a script it makes the C++ source of the same alone:
#   cmake -DMANIFEST=<json> -DOUTPUT=<cc> -P manifest.cmake
cmake_minimum_required(VERSION 3.24)

# cowpool_manifest(JSON_FILE CC_FILE): writes what cow/lesson/manifest.h
# declares, and sets global properties: cowpool_lessons are those that are written
# and have what they need here, cowpool_lessons_with_mpi those that need Open MPI.
function(cowpool_manifest file output)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" json)
  foreach(field IN ITEMS parts lessons)
    string(JSON ${field} ERROR_VARIABLE error LENGTH "${json}" ${field})
    if(error)
      message(FATAL_ERROR "${file}: ${error}")
    elseif(${field} EQUAL 0)
      message(FATAL_ERROR "${file}: \"${field}\" is empty")
    endif()
  endforeach()
  set(titles)
  math(EXPR last "${parts} - 1")
  foreach(i RANGE ${last})
    string(JSON title GET "${json}" parts ${i})
    string(APPEND titles "    R\"~(${title})~\",\n")
  endforeach()

  set(entries)
  set(written)
  set(with_mpi)
  math(EXPR last "${lessons} - 1")
  foreach(i RANGE ${last})
    string(JSON lesson GET "${json}" lessons ${i})
    cowpool_manifest_entry("${file}" "${lesson}" ${i} ${parts})
    string(APPEND entries "${entry}")
    if(is_written)
      list(APPEND written ${name})
    endif()
    if(needs)
      list(APPEND with_mpi ${name})
    endif()
  endforeach()

  set(source "// Made from lessons/lessons.json by common/setup/manifest.cmake.
#include \"cow/lesson/manifest.h\"

namespace cow {
namespace {

constexpr std::string_view kParts[] = {
${titles}};

constexpr LessonEntry kLessons[] = {
${entries}};

}  // namespace

std::span<const std::string_view> part_titles() { return kParts; }
std::span<const LessonEntry> lessons() { return kLessons; }

}  // namespace cow
")
  file(WRITE "${output}.new" "${source}")
  file(COPY_FILE "${output}.new" "${output}" ONLY_IF_DIFFERENT)
  set_property(GLOBAL PROPERTY cowpool_lessons ${written})
  set_property(GLOBAL PROPERTY cowpool_lessons_with_mpi ${with_mpi})
endfunction()

# Sets entry, the lesson as C++, its name, what it needs, and is_written, which is
# off for a lesson that cannot be built here.
function(cowpool_manifest_entry file lesson index parts)
  string(JSON name ERROR_VARIABLE error GET "${lesson}" name)
  if(NOT name MATCHES "^[0-9][0-9]_[a-z0-9_]+$")
    message(FATAL_ERROR "${file}: the \"name\" of lesson ${index} of the list, "
      "counted from 0, is ${name}: expected NN_name, such as 04_global")
  endif()
  set(mistake "${file}: ${name}:")

  # A planned lesson has the first of these, a written one has them all.
  set(fields name part idea minutes after question answer next)
  set(kinds STRING NUMBER STRING NUMBER ARRAY STRING STRING STRING)
  set(expected_STRING "a text that is not empty")
  set(expected_NUMBER "a whole number above 0")
  set(expected_ARRAY "the numbers of lessons, such as [\"01\", \"02\"]")
  set(missing)
  set(entry)
  foreach(field kind IN ZIP_LISTS fields kinds)
    string(JSON found ERROR_VARIABLE error TYPE "${lesson}" ${field})
    if(error)
      list(APPEND missing ${field})
      continue()
    endif()
    string(JSON value GET "${lesson}" ${field})
    if(NOT found STREQUAL kind OR value STREQUAL "")
      message(FATAL_ERROR
        "${mistake} \"${field}\" is '${value}': expected ${expected_${kind}}")
    endif()
    if(kind STREQUAL "STRING")
      string(APPEND entry "     .${field} = R\"~(${value})~\",\n")
    elseif(kind STREQUAL "ARRAY")  # ["01", "02"]
      string(REGEX REPLACE "[^0-9 ]" "" value "${value}")
      string(REGEX REPLACE " +" " " value "${value}")
      string(STRIP "${value}" value)
      string(APPEND entry "     .${field} = \"${value}\",\n")
    else()
      if(NOT value MATCHES "^[1-9][0-9]*$")
        message(FATAL_ERROR
          "${mistake} \"${field}\" is ${value}: expected ${expected_NUMBER}")
      endif()
      string(APPEND entry "     .${field} = ${value},\n")
    endif()
  endforeach()

  set(planned minutes after question answer next)
  set(is_written ON)
  if(missing STREQUAL planned)
    set(is_written OFF)
  elseif(missing)
    list(JOIN missing "\", \"" missing)
    message(FATAL_ERROR "${mistake} it has no \"${missing}\"; a lesson that is "
      "only planned has name, part and idea, a written one also minutes, "
      "after, question, answer and next")
  endif()
  string(JSON needs ERROR_VARIABLE error GET "${lesson}" needs)
  if(error)
    set(needs)
  elseif(NOT needs STREQUAL "Open MPI")
    message(FATAL_ERROR
      "${mistake} \"needs\" is '${needs}': expected \"Open MPI\", or nothing")
  elseif(is_written AND NOT COWPOOL_HAS_MPI)
    set(is_written OFF)
    string(APPEND entry "     .is_here = false,\n")
  endif()
  if(needs)
    string(APPEND entry "     .needs = R\"~(${needs})~\",\n")
  endif()
  string(JSON count LENGTH "${lesson}")
  foreach(i RANGE 1 ${count})
    math(EXPR i "${i} - 1")
    string(JSON field MEMBER "${lesson}" ${i})
    if(NOT field IN_LIST fields AND NOT field STREQUAL "needs")
      list(JOIN fields ", " fields)
      message(FATAL_ERROR
        "${mistake} \"${field}\" is no field of a lesson: they are ${fields}")
    endif()
  endforeach()
  string(JSON part GET "${lesson}" part)
  if(part GREATER parts)
    message(FATAL_ERROR
      "${mistake} \"part\" is ${part}: \"parts\" has ${parts} of them")
  endif()
  string(REGEX REPLACE "^ +" "" entry "${entry}")
  set(entry "    {${entry}    },\n" PARENT_SCOPE)
  set(name "${name}" PARENT_SCOPE)
  set(needs "${needs}" PARENT_SCOPE)
  set(is_written ${is_written} PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  cowpool_manifest("${MANIFEST}" "${OUTPUT}")
endif()
