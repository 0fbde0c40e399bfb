// 13 shared_memory: can workers that inherit nothing share all the same?
//
// A spawned worker is the program begun anew and inherits nothing. So the
// parent puts the numbers where others can map them: in memory without a name
// (memfd), in POSIX shared memory, or in a file. Each worker is sent a handle
// of some 65 bytes and maps the same pages. It can write results there, too.
//
// What you should see: ΣPSS = D with spawned workers, three times; no result in
// the pipe; a sealed memfd that refuses every way to write; and what a killed
// owner leaves: nothing of a memfd, all of the others.
// How to read these programs: docs/reading_a_lesson.md.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "cow/memory/mappings.h"
#include "cow/os/child.h"
#include "cow/os/held_signal.h"
#include "cow/pool/pool.h"
#include "cow/report/run_lesson.h"
#include "cow/shared/matrix.h"

namespace {

using namespace cow::literals;
using cow::Backing;
using cow::Formula;
using Columns = cow::SharedMatrix<Eigen::MatrixXd>;  // a column for each item

Columns numbers;  // a worker is sent the handle, and maps them

void set(const Columns& handed) { numbers = handed; }

double analyze(int i) {
  const double mean = numbers.matrix().mean();  // reads all of them
  cow::wait_to_be_measured();
  return mean * i * i;
}

void write_in_place(int i) {  // returns nothing
  numbers.matrix().col(i).setConstant(i * i);
  cow::wait_to_be_measured();
}

void share(cow::Lesson& lesson, const std::string& kind, const Backing& where) {
  const auto [D, N, n, T] = lesson.symbols();
  cow::Bytes sent, handle, pss;
  std::int64_t right = 0;
  cow::Moment in_place;
  const auto held = lesson.run([&](cow::Bytes size) {
    const std::int64_t rows = size.count() / 8 / n.value();
    const Columns built(std::max<std::int64_t>(rows, 1), n.value(), where);
    built.matrix().setOnes();
    cow::Pool pool({.workers = lesson.workers(),
                    .start_method = cow::StartMethod::kSpawn,
                    .initializer = {set, built}});
    const auto look = [&](const cow::Moment& /*now*/) {
      const auto own = *cow::read_mappings(::getpid());
      pss = cow::find_mapping(own, built.segment().data())->usage.pss;
    };
    auto squares = pool.map_async(analyze, lesson.items());
    auto moment = lesson.measure(kind, std::move(squares), look);
    sent = pool.initialization().to_workers;
    handle = cow::pickle(built).size();

    auto writing = pool.map_async(write_in_place, lesson.items());
    in_place = lesson.measure_work(kind + ", results in place", writing);
    right = 0;
    for (const int i : lesson.items()) {
      right += (built.matrix().col(i).array() == i * i).all() ? 1 : 0;
    }
    return moment;
  });
  const Formula h("h", 48_B + 8_B);  // the call: its header, the function
  lesson.claim(kind + ": each worker is sent a handle", sent,
               N * (h + Formula("H", handle)));
  lesson.claim(kind + ": a worker owns nothing of D (USS)",
               held.each_worker(cow::uss), cow::above_base(0));
  lesson.claim(kind + ": one of N + 1 shares of it (PSS)", pss,
               cow::about(D / (N + 1)));
  // The base of ΣPSS has the program's file, and would have this one as well.
  if (where.kind != Backing::Kind::kFile) {
    lesson.claim(kind + ": the data exists once (ΣPSS)", held.total(cow::pss),
                 cow::above_base(D));
  }
  lesson.claim(kind + ": results in the pipe, but for headers",
               in_place.from_workers - T.value() * 48_B, Formula(0_B));
  lesson.claim(kind + ": results that are right, in place", right, n);
}

int error_if(bool fails) { return fails ? errno : 0; }

void seal(cow::Lesson& lesson) {
  cow::Segment sealed(lesson.data());
  sealed.seal();
  const cow::Descriptor file(::open(sealed.handle().path.c_str(), O_RDWR));
  const int fd = file.get();
  void* map = ::mmap(nullptr, 1, PROT_WRITE, MAP_SHARED, fd, 0);
  lesson.claim("sealed: map to write, write, shrink (EPERM)",
               {error_if(map == MAP_FAILED), error_if(::write(fd, "", 1) < 0),
                error_if(::ftruncate(fd, 0) < 0)},
               Formula("EPERM", std::int64_t{EPERM}));
  lesson.claim("sealed: make a mapping writable (EACCES)",
               error_if(::mprotect(sealed.data(), 1, PROT_WRITE) < 0),
               Formula("EACCES", std::int64_t{EACCES}));
  cow::Child writer = cow::Child::fork([&] {
    *const_cast<volatile std::byte*>(sealed.data()) = {};
    return 0;
  });
  lesson.claim("sealed: store (SIGSEGV)", writer.wait().signal, SIGSEGV);
}

cow::Segment kept;  // in a worker that is killed

void kill_owner(cow::Lesson& lesson, const std::string& kind,
                const Backing& where) {
  const auto make = [&] { kept = cow::Segment(lesson.data(), where); };
  cow::Pool pool({.workers = 1, .initializer = {make}});
  const auto handle = pool.apply([] { return kept.handle(); });
  pool.terminate();  // kill -9
  std::error_code nothing_there;
  const auto size = std::filesystem::file_size(handle.path, nothing_there);
  const bool is_left = std::filesystem::remove(handle.path);
  lesson.claim("left after kill -9: " + kind, cow::Bytes(is_left ? size : 0),
               kind == "memfd" ? Formula(0_B) : lesson.symbols().D);
}

void experiment(cow::Lesson& lesson) {
  lesson.needs_memory(lesson.symbols().D * 2);
  // A name would stay behind, so Ctrl-C has to wait.
  const cow::HeldSignal interrupt(SIGINT), terminate(SIGTERM);
  const std::string name = "cow-13-" + std::to_string(::getpid());
  const std::pair<const char*, Backing> kinds[] = {
      {"memfd", Backing::memfd()},
      {"POSIX shm", Backing::posix_shm(name)},
      {"file", Backing::file(std::filesystem::temp_directory_path() / name)}};
  for (const auto& [kind, where] : kinds) share(lesson, kind, where);
  seal(lesson);
  for (const auto& [kind, where] : kinds) kill_owner(lesson, kind, where);
}

}  // namespace

int main(int argc, char** argv) {
  cow::serve_if_spawned();  // a spawned copy becomes a worker here
  return cow::run_lesson(argc, argv, "13_shared_memory", experiment,
                         {.start_method = "spawn"});
}
