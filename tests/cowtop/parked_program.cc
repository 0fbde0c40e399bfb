#include "cowtop/parked_program.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace cowtop::testing {

ParkedProgram::ParkedProgram(const std::string& python, const std::string& name,
                             const std::vector<std::string>& arguments) {
  std::vector<std::string> command{
      python, "-B",
      cow::testing::source("tests/cowtop/programs/" + name + ".py")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  child_ = cow::run_program(command, [&] {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setenv("PARKED", folder_.path().c_str(), 1);
    ::dup2(input_.reader.get(), STDIN_FILENO);
    ::dup2(output_.writer.get(), STDOUT_FILENO);
  });
  input_.reader.close();
  output_.writer.close();
  std::string line(6, '\0');
  cow::read_fully(output_.reader.get(), line.data(), line.size());
  if (line == "ready\n") return;
  throw std::runtime_error(name +
                           " does not park: " + cow::to_string(child_.wait()));
}

ParkedProgram::~ParkedProgram() {
  input_.writer.close();
  if (child_) child_.wait();
}

}  // namespace cowtop::testing
