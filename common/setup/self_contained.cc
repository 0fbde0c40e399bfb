// Can be linked where fmt and libstdc++ can be had without shared libraries:
// asked by self_contained.cmake.
#include <fmt/format.h>

#include <string>

int main(int argc, char** argv) {
  return fmt::format("{} {:L} {:.2f}", argv[0], argc, 0.5 * argc).empty();
}
