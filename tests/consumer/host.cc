// A program that knows nothing of cowpool, and runs the plugin that is its
// argument. Exit status 0 if that calculates well.
#include <dlfcn.h>

#include <iostream>

int main(int argc, char** argv) {
  void* const plugin = argc == 2 ? ::dlopen(argv[1], RTLD_NOW) : nullptr;
  if (plugin == nullptr) {
    std::cerr << "no plugin: " << ::dlerror() << '\n';
    return 1;
  }
  const auto sum_of_squares =
      reinterpret_cast<int (*)(int)>(::dlsym(plugin, "sum_of_squares"));
  return sum_of_squares(3) == 14 ? 0 : 1;
}
