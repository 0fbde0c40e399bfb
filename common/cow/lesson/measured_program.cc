#include "cow/lesson/measured_program.h"

#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cow/lesson/recorder_link.h"
#include "cow/lesson/rendezvous.h"
#include "cow/os/child.h"
#include "cow/os/descriptor.h"
#include "cow/os/error.h"

namespace cow {
namespace {

// The conversation with a running program.
class Conversation {
 public:
  Conversation(const MeasuredProgram& program, Rendezvous& rendezvous)
      : program_(program),
        rendezvous_(rendezvous),
        input_(make_pipe()),
        workers_(static_cast<std::size_t>(program.workers)),
        child_(run_program(program.command, [&] {
          ::prctl(PR_SET_PDEATHSIG, program.signal);
          ::dup2(input_.reader.get(), STDIN_FILENO);
          if (program.prepare) program.prepare();
        })) {
    input_.reader.close();
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation() {
    if (!child_) return;
    constexpr int kTimeToCleanUp = 10'000;  // ms
    child_.kill(program_.signal);
    if (!wait_readable(child_.descriptor(), kTimeToCleanUp)) {
      child_.kill(SIGKILL);
    }
    child_.wait();
  }

  std::vector<Moment> run() {
    std::array<pollfd, 2> polled{
        {{.fd = rendezvous_.descriptor(), .events = POLLIN, .revents = 0},
         {.fd = child_.descriptor(), .events = POLLIN, .revents = 0}}};
    do {
      checked([&] { return ::poll(polled.data(), polled.size(), -1); },
              "poll({})", program_.command[0]);
      for (const std::string& line : rendezvous_.take_lines()) hear(line);
    } while (polled[1].revents == 0);
    const ExitStatus status = child_.wait();
    for (const std::string& line : rendezvous_.take_lines()) hear(line);
    if (!status.success()) {
      throw ProgramFailed(
          program_.command[0] + " ended with " + to_string(status),
          status.signal != 0 ? -1 : status.code, failed_);
    }
    return std::move(moments_);
  }

 private:
  void hear(std::string_view line) {
    const auto is = [&line](std::string_view word) {
      if (!line.starts_with(word)) return false;
      line.remove_prefix(word.size());
      return true;
    };
    if (is("moment ")) {
      moments_.emplace_back().name = line;
      if (line == kOverNothing) tell_recorder_away(true);
    } else if (is("+ ")) {
      arrived_.insert(std::stoi(std::string(line)));
      if (arrived_.size() == workers_) measure();
    } else if (is("end ")) {
      end(nlohmann::json::parse(line));
    } else if (is("failed ") && failed_.empty()) {
      failed_ = line;
    }
  }

  void measure() {
    Moment& moment = moments_.back();
    const std::string name = moment.name;
    const std::set<pid_t> arrived = std::exchange(arrived_, {});
    moment = *(program_.started_by_others
                   ? read_started_by_others(child_.pid(), arrived)
                   : read_moment(child_.pid(), arrived));
    moment.name = name;
    tell_recorder_held(moment, {});
    rendezvous_.open();
  }

  void end(const nlohmann::json& said) {
    Moment& moment = moments_.back();
    moment.seconds = said.value("seconds", 0.0);
    moment.right_results = said.at("right_results");
    moment.to_workers = Bytes(said.value("to_workers", std::int64_t{0}));
    moment.nodes = said.value("nodes", std::int64_t{0});
    tell_recorder_done({});
    if (moment.name == kOverNothing) {
      tell_recorder_away(false);
      nothing_ = std::make_shared<const Moment>(moment);
    }
    moment.nothing = nothing_;
    rendezvous_.close();
    write_fully(input_.writer.get(), "\n", 1);
  }

  const MeasuredProgram& program_;
  Rendezvous& rendezvous_;
  Pipe input_;
  std::size_t workers_;
  Child child_;
  std::set<pid_t> arrived_;
  std::string failed_;
  std::vector<Moment> moments_;
  std::shared_ptr<const Moment> nothing_;
};

}  // namespace

std::vector<Moment> measure_program(const MeasuredProgram& program,
                                    Rendezvous& rendezvous) {
  return Conversation(program, rendezvous).run();
}

void begin_moment(std::string_view name) {
  say_at_rendezvous("moment " + std::string(name));
}

void end_moment(std::int64_t right_results, std::int64_t nodes) {
  say_at_rendezvous("end " + nlohmann::json({{"right_results", right_results},
                                             {"nodes", nodes}})
                                 .dump());
  char newline = 0;
  read_fully(STDIN_FILENO, &newline, 1);
}

void report_failure(std::string_view sentence) {
  say_at_rendezvous("failed " + std::string(sentence));
}

}  // namespace cow
