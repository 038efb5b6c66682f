// What run.json and a configuration file hold.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "cli/options.h"
#include "cli/train_config.h"
#include "lenet/error.h"
#include "run/json_document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto document = lenet::parse_json({reinterpret_cast<const char*>(data), size});
    lenet::cli::TrainOptions options;
    if (document.is_object()) {
      lenet::cli::read_options(lenet::cli::run_options(document), "input", options);
      lenet::cli::fit_options(options);
      lenet::cli::options_document(options);
    }
  } catch (const lenet::Error&) {
  }
  return 0;
}
