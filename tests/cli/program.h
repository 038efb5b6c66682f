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
  std::optional<std::uint64_t> largest_file = {};         ///< bytes after which a write fails
};

struct Outcome {
  int exit_code;  ///< 128 + signal if one ended it
  std::string out, err;
};

/// Runs lenet with these arguments, for at most two minutes.
Outcome run_program(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace lenet
