#include "cow/lesson/ranks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow {
namespace {

constexpr const char* kSegments = "/dev/shm";
// What Open MPI itself keeps there for a rank: its queues for messages.
constexpr Bytes kQueues = 5_MiB;

void need_room(Bytes size) {
  struct statvfs room {};
  if (::statvfs(kSegments, &room) != 0 || ::access(kSegments, W_OK) != 0) {
    throw NotPossible(
        fmt::format("there is no {} that can be written: ranks share "
                    "memory through files there",
                    kSegments));
  }
  const auto block = static_cast<std::int64_t>(room.f_frsize);
  const Bytes free = Bytes(block) * static_cast<std::int64_t>(room.f_bavail);
  if (free >= size) return;
  throw NotPossible(fmt::format(
      "this needs {} in {}, and {} are free; choose a smaller --data, or "
      "remove what a run that was killed has left there ({}/osc_sm.*, "
      "vader_segment.*)",
      to_string(size), kSegments, to_string(free), kSegments));
}

// mpirun without descriptors ends in sentences that name nothing.
void need_descriptors(int workers) {
  constexpr rlim_t kOfItself = 64;
  constexpr rlim_t kOfARank = 8;
  struct rlimit limit {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t needed = kOfItself + kOfARank * static_cast<rlim_t>(workers);
  if (limit.rlim_cur >= needed) return;
  throw NotPossible(fmt::format(
      "0 of {} workers could be started: mpirun needs some {} descriptors, "
      "and may have {}: Too many open files",
      workers, needed, limit.rlim_cur));
}

// The first line that says something: Open MPI draws lines around its messages.
std::string first_sentence(std::string_view said) {
  while (!said.empty()) {
    const std::string_view line = said.substr(0, said.find('\n'));
    said.remove_prefix(std::min(line.size() + 1, said.size()));
    const auto begin = line.find_first_not_of(" -*");
    if (begin != std::string_view::npos) return std::string(line.substr(begin));
  }
  return "it said nothing";
}

void prepare_to_be_mpirun(int messages) {
  ::setpgid(0, 0);  // Ctrl-C is for the lesson, whose end ends mpirun
  ::dup2(messages, STDOUT_FILENO);
  ::dup2(messages, STDERR_FILENO);
  for (const char* allowed :
       {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"}) {
    ::setenv(allowed, "1", 1);
  }
}

}  // namespace

std::vector<Moment> measure_ranks(Lesson& lesson,
                                  const std::vector<std::string>& arguments,
                                  Bytes in_segments) {
  need_descriptors(lesson.workers());
  need_room(in_segments + kQueues * lesson.workers());
  const Descriptor messages(checked(
      [] { return ::memfd_create("mpirun", MFD_CLOEXEC); }, "memfd_create()"));
  MeasuredProgram ranks{
      .command = {"mpirun", "--oversubscribe", "-x", kRendezvousVariable, "-n",
                  std::to_string(lesson.workers()),
                  std::filesystem::read_symlink("/proc/self/exe"), kAsRank},
      .workers = lesson.workers(),
      .prepare = [&] { prepare_to_be_mpirun(messages.get()); },
      .started_by_others = true,
      .signal = SIGTERM};  // mpirun then removes the segments
  ranks.command.insert(ranks.command.end(), arguments.begin(), arguments.end());
  try {
    return lesson.measure_others(ranks);
  } catch (const ProgramFailed& error) {
    if (!error.said().empty()) throw NotPossible(error.said());
    if (error.code() == kExecFailed) {
      throw NotPossible(
          "there is no mpirun here: install Open MPI (openmpi-bin)");
    }
    constexpr int kEndedBySignal = 128;  // and which, as in a shell
    if (error.code() > kEndedBySignal) {
      const ExitStatus rank{.signal = error.code() - kEndedBySignal};
      const std::string ended = "a rank was ended by " + to_string(rank);
      // The memory or the room in /dev/shm has come to its end.
      if (rank.signal == SIGKILL || rank.signal == SIGBUS) {
        throw NotPossible(ended);
      }
      throw std::runtime_error(ended);
    }
    const auto said =
        read_file(fmt::format("/proc/self/fd/{}", messages.get()));
    throw NotPossible(
        fmt::format("{}: {}", error.what(), first_sentence(said ? *said : "")));
  }
}

}  // namespace cow
