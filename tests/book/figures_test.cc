#include <gtest/gtest.h>
#include "book/figure.h"
TEST(Figures, Are) { EXPECT_FALSE(book::figures().empty()); }
