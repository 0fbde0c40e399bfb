// The part of <chrono> that waiting needs: durations and clocks. In libstdc++
// the rest of it, calendars and their text, is slow to compile.
#pragma once

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
