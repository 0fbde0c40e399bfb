// Chapter 12: who writes? After the fork a worker makes the objects read-only.
// The first write is then a fault, and its signal tells the address that was
// written and the instruction that wrote. From these two come the object and
// the function:
//
//     first_write [OBJECTS [KEPT]]
//
// One of the functions that the worker calls keeps object KEPT, or none if that
// is -1.
#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "cow/object/heap.h"
#include "cow/pool/pool.h"

cow::Heap heap;
cow::Ref<cow::List> numbers;
std::vector<cow::HeapPage> pages;  // of the heap: all that is protected

// --- The functions under suspicion

[[gnu::noinline]] double total(const cow::List& list) {
  double sum = 0;
  for (std::int64_t k = 0; k < list.size(); ++k) {
    sum += list.borrow<cow::Float>(k)->value;
  }
  return sum;
}

[[gnu::noinline]] cow::Ref<cow::Float> keep(const cow::List& list,
                                            std::int64_t k) {
  return list.at<cow::Float>(k);
}

[[gnu::noinline]] bool contains(const cow::List& list, double value) {
  for (std::int64_t k = 0; k < list.size(); ++k) {
    if (list.borrow<cow::Float>(k)->value == value) return true;
  }
  return false;
}

// --- The detective

struct Write {
  const std::byte* address = nullptr;  // what was written
  void* instruction = nullptr;         // which wrote
};
Write first_write;

void protect(int protection) {
  for (const cow::HeapPage& page : pages) {
    ::mprotect(const_cast<std::byte*>(page.address), cow::page_size().size(),
               protection);
  }
}

// The kernel calls this when the worker writes to a page that is read-only.
// Afterwards all pages can be written, and the worker repeats the instruction.
void on_fault(int, siginfo_t* fault, void* context) {
  const auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext;
#ifdef __aarch64__
  const auto instruction = registers.pc;
#else
  const auto instruction = registers.gregs[REG_RIP];
#endif
  first_write = {static_cast<std::byte*>(fault->si_addr),
                 reinterpret_cast<void*>(instruction)};
  protect(PROT_READ | PROT_WRITE);
  ::signal(SIGSEGV, SIG_DFL);  // a further fault ends the worker
}

// The function that `instruction` belongs to. The nearest symbol before it
// will not do: the instruction must lie within the symbol's size.
std::string function_of(void* instruction) {
  Dl_info found{};
  void* entry = nullptr;
  const bool known =
      ::dladdr1(instruction, &found, &entry, RTLD_DL_SYMENT) != 0;
  const auto* const symbol = static_cast<const ElfW(Sym)*>(entry);
  if (!known || symbol == nullptr ||
      static_cast<std::byte*>(instruction) >=
          static_cast<std::byte*>(found.dli_saddr) + symbol->st_size) {
    return "a function without a symbol";
  }
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(found.dli_sname, nullptr, nullptr, nullptr),
      &std::free);
  return name ? name.get() : found.dli_sname;
}

std::string describe(const Write& write) {
  for (std::int64_t k = 0; k < numbers->size(); ++k) {
    const auto* object =
        reinterpret_cast<const std::byte*>(numbers->borrow<cow::Float>(k));
    if (write.address >= object &&
        write.address < object + sizeof(cow::Float)) {
      return "object " + std::to_string(k) + ", byte " +
             std::to_string(write.address - object) + ", was written by " +
             function_of(write.instruction);
    }
  }
  return write.address == nullptr
             ? "nobody wrote"
             : "no object was written, but memory beside it, by " +
                   function_of(write.instruction);
}

// The task.
std::string investigate(std::int64_t kept) {
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSEGV, &action, nullptr);
  protect(PROT_READ);
  total(*numbers);
  if (kept >= 0) keep(*numbers, kept);
  contains(*numbers, -1);
  protect(PROT_READ | PROT_WRITE);
  return describe(first_write);
}

int main(int argc, char** argv) {
  const std::int64_t objects = argc > 1 ? std::atoll(argv[1]) : 500'000;
  const std::int64_t kept = argc > 2 ? std::atoll(argv[2]) : objects / 3;
  if (objects < 1 || kept >= objects) {
    std::fprintf(stderr,
                 "first_write [OBJECTS [KEPT]]: KEPT is below OBJECTS\n");
    return 2;
  }
  numbers = heap.new_list(objects);
  for (std::int64_t k = 0; k < objects; ++k) numbers->set(k, heap.new_float(1));
  pages = heap.pages();
  cow::Pool pool({.workers = 1});
  std::printf("%s\n", pool.apply(investigate, kept).c_str());
}
