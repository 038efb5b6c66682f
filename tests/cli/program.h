// Runs the built program as a user would.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lenet {

/// What surrounds the program.
struct Surroundings {
  std::filesystem::path folder = {};                      ///< the working folder
  std::map<std::string, std::string> variables = {};      ///< beside PATH and HOME alone
  bool terminal = false;                                  ///< standard error is one, of 80x24
  std::optional<std::filesystem::path> output_file = {};  ///< takes the standard output
  bool closed_pipe = false;                        ///< takes both outputs, and nobody reads it
  std::optional<std::uint64_t> largest_file = {};  ///< bytes after which a write fails
};

struct Outcome {
  int exit_code;  ///< 128 + signal if one ended it
  std::string out, err;
};

/// lenet with these arguments, for at most two minutes.
class RunningProgram {
 public:
  RunningProgram(const std::vector<std::string>& arguments, const Surroundings& surroundings);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  void send(int signal) const;

  /// What it has written to its standard error so far, where that is no terminal.
  std::string err_so_far() const;

  /// Waits for its end. To be called once.
  Outcome wait();

 private:
  [[noreturn]] void become(const std::vector<std::string>& arguments,
                           const Surroundings& surroundings) const;

  int out_ = -1, err_ = -1;
  int terminal_ = -1;  ///< the other side of err_, if that is one
  bool out_is_read_;
  int child_ = -1;
};

/// Runs it to its end.
Outcome run_program(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace lenet
