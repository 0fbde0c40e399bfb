cowpool_test(report unit
  bytes_shown_test.cc
  page_drawing_test.cc
  report_test.cc
  table_test.cc)
