#include "benchmarks/cpython.h"

#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace cow::bench {

CPython::CPython(const std::string& python, const std::string& script)
    : requests_(make_pipe()),
      answers_(make_pipe()),
      // No signal at our end: it would kill the interpreter alone and leave its
      // workers. It sees the end of its input instead.
      child_(run_program({python, script}, [&] {
        ::dup2(requests_.reader.get(), STDIN_FILENO);
        ::dup2(answers_.writer.get(), STDOUT_FILENO);
        ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
        ::setenv("OPENBLAS_NUM_THREADS", "1", 1);
      })) {
  requests_.reader.close();
  answers_.writer.close();
}

CPython::~CPython() {
  requests_.writer.close();
  child_.wait();
}

double CPython::measure(const nlohmann::json& request) {
  const std::string line = request.dump() + "\n";
  write_fully(requests_.writer.get(), line.data(), line.size());
  std::string answer;
  for (char next = 0; next != '\n'; answer += next) {
    if (read_fully(answers_.reader.get(), &next, 1) == 0) {
      throw std::runtime_error("CPython did not answer to " + line);
    }
  }
  return nlohmann::json::parse(answer).at("figure");
}

}  // namespace cow::bench
