// The part of <chrono> that waiting needs: durations and clocks. The other
// part, calendars and their text, is slow to compile in libstdc++.
#pragma once

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
