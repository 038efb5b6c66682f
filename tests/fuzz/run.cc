// What run.json and a configuration file hold.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "lenet/error.h"
#include "run/json_document.h"
#include "run/run_options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto document = lenet::parse_json({reinterpret_cast<const char*>(data), size});
    lenet::RunOptions options;
    if (document.is_object()) {
      lenet::read_options(lenet::run_options(document), "input", options);
      lenet::fit_options(options);
      lenet::options_document(options);
    }
  } catch (const lenet::Error&) {
  }
  return 0;
}
