// Pickling for std::complex, whose header is slow to compile.
#pragma once

#include "cow/pickle/pickle.h"

// cereal's header needs macros that pickle.h includes.
#include <cereal/types/complex.hpp>
