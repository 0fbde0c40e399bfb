# The program behind the documents, and the figures in sentences.
set(python "${PROJECT_SOURCE_DIR}/common/setup/python.sh")
foreach(part IN ITEMS Parse Compare Parts Documents)
  add_test(NAME book.${part}
    COMMAND "${python}" "${CMAKE_CURRENT_LIST_DIR}/book_test.py" ${part})
  list(APPEND book_tests book.${part})
endforeach()
add_test(NAME book.FiguresInSentences
  COMMAND "${python}" "${CMAKE_CURRENT_LIST_DIR}/sentences_test.py")
add_test(NAME book.FiguresInTheSentencesOfTheDocuments
  COMMAND "${python}" common/book/sentences.py
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
set_tests_properties(${book_tests}
  book.FiguresInSentences book.FiguresInTheSentencesOfTheDocuments
  PROPERTIES LABELS "unit;not_asan;not_tsan" TIMEOUT 120 SKIP_RETURN_CODE 77)

# The pictures of the mechanism, and the measured ones.
foreach(test IN ITEMS Mechanism Charts)
  string(TOLOWER ${test} file)
  add_test(NAME book.${test}
    COMMAND "${COWPOOL_PYTHON3}" -B "${CMAKE_CURRENT_LIST_DIR}/${file}_test.py")
  set_tests_properties(book.${test} PROPERTIES
    LABELS "unit;not_asan;not_tsan" TIMEOUT 60)
endforeach()

# The programs of docs/recipes.md, before and after each cure. A recipe whose
# tool is not here is skipped.
foreach(recipe IN ITEMS
    pool executor dataframe text dicts results forkserver gunicorn celery mmap
    shared_memory joblib dataloader puma r perl one_look ends_early)
  add_test(NAME book.Recipe.${recipe}
    COMMAND "${COWPOOL_PYTHON3}" -B "${CMAKE_CURRENT_LIST_DIR}/recipes_test.py"
      ${recipe})
  set_tests_properties(book.Recipe.${recipe} PROPERTIES
    LABELS "env;not_asan;not_tsan" TIMEOUT 240 SKIP_RETURN_CODE 77)
endforeach()
