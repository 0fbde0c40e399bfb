cowpool_test(book unit
  figures_test.cc)
target_link_libraries(book_unit_test PRIVATE book_figures)
