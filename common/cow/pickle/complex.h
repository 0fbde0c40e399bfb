// Pickling for std::complex, whose header is slow to compile.
#pragma once

#include "cow/pickle/pickle.h"

// cereal's part needs the macros that come with the others.
#include <cereal/types/complex.hpp>
