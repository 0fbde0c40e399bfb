# The front door: what make builds, and what it says.

# Objects are counted in the build graph, so that the time to the first lesson
# stays short whatever machine the tests run on. (They are as many as it takes by
# default.)
if(COWPOOL_ONE_FILE_A_ROOM)
  add_test(NAME setup.LessonsNeedFewObjectsAndNoneOfTheTests
    COMMAND "${CMAKE_COMMAND}"
      "-DSOURCE=${PROJECT_SOURCE_DIR}"
      "-DBUILD=${PROJECT_BINARY_DIR}"
      "-DWORK=${CMAKE_CURRENT_BINARY_DIR}/setup/objects"
      "-DGENERATOR=${CMAKE_GENERATOR}"
      "-DMAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}"
      "-DCOMPILER=${CMAKE_CXX_COMPILER}"
      -P "${CMAKE_CURRENT_SOURCE_DIR}/setup/objects.cmake")
  set_tests_properties(setup.LessonsNeedFewObjectsAndNoneOfTheTests
    PROPERTIES LABELS "unit;not_asan" TIMEOUT 120)
endif()
add_test(NAME setup.BuildFolderIsUsedOrReplaced
  COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/setup/build_test.sh"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
add_test(NAME setup.UnknownLessonIsAnsweredWithAListOfLessons
  COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/setup/lesson_test.sh"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
set_tests_properties(
  setup.BuildFolderIsUsedOrReplaced
  setup.UnknownLessonIsAnsweredWithAListOfLessons
  PROPERTIES LABELS "unit;not_asan" TIMEOUT 120)
# It makes the package, so it takes longer, and two processors.
find_program(COWPOOL_DPKG_DEB dpkg-deb)
mark_as_advanced(COWPOOL_DPKG_DEB)
if(TARGET cowtop_portable AND COWPOOL_DPKG_DEB)
  add_test(NAME setup.PackageOfCowtopNeedsNothingElse
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/setup/package_test.sh"
      "${PROJECT_BINARY_DIR}"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(setup.PackageOfCowtopNeedsNothingElse
    PROPERTIES LABELS "env;not_asan" TIMEOUT 1200 PROCESSORS 2
      RESOURCE_LOCK build_folder)
  if(TEST consumer.MakeInstallInstallsTheLibraryAndCowtop)
    set_tests_properties(consumer.MakeInstallInstallsTheLibraryAndCowtop
      PROPERTIES RESOURCE_LOCK build_folder)
  endif()
endif()
