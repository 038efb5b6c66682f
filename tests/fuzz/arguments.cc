// The arguments of lenet train, one a line.
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "cli/train_options.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> words;
  for (std::string line; std::getline(lines, line);) words.push_back(line);
  const lenet::cli::Command command;
  lenet::cli::TrainOptions options;
  lenet::cli::declare(command, options);
  try {
    command.parse(words);
    lenet::cli::fit_options(options);
  } catch (const lenet::Error&) {
  }
  return 0;
}
