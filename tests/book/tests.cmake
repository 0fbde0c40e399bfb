cowpool_test(book unit
  figures_test.cc
  reports.cc
  xml.cc)
cowpool_test(book env
  charts_test.cc
  reports.cc
  xml.cc)
cowpool_test(book process
  draw_test.cc
  reports.cc
  xml.cc)
foreach(tier IN ITEMS unit env process)
  target_link_libraries(book_${tier}_test PRIVATE book_figures)
endforeach()
