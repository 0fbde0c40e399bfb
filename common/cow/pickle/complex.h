// Pickling for std::complex. It is not part of pickle.h, because the header
// <complex> is slow to compile.
#pragma once

#include "cow/pickle/pickle.h"

// This header of cereal uses macros that it does not include itself. pickle.h
// includes them, so it has to come first.
#include <cereal/types/complex.hpp>
