// The arguments of lenet train, one a line.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/options.h"
#include "lenet/error.h"
#include "run/run_options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> lines_of_input = {"lenet", "train"};
  for (std::string line; std::getline(lines, line);) lines_of_input.push_back(line);
  std::vector<const char*> words;
  for (const std::string& line : lines_of_input) words.push_back(line.c_str());
  const lenet::cli::Command app("lenet", "", "");
  const lenet::cli::Command train = app.add_command("train", "");
  lenet::cli::ConfiguredOptions configured;
  lenet::cli::declare(train, configured);
  try {
    if (!app.parse(static_cast<int>(words.size()), words.data())) return 0;
    lenet::RunOptions options;
    lenet::read_options(lenet::cli::given_options(train), "command line", options);
    lenet::fit_options(options);
  } catch (const lenet::Error&) {
  }
  return 0;
}
