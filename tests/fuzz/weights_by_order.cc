#include <cstdint>

#include "fuzz/memory_file.h"
#include "lenet/error.h"
#include "lenet/model_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lenet::Sequential net = lenet::Sequential::parse("Conv2d(1, 2) BatchNorm2d Flatten Linear(2)");
  lenet::Generator generator;
  net.build({1, 3, 3}, generator);
  try {
    const lenet::MemoryFile file(data, size);
    lenet::load_weights(file.path(), net, lenet::WeightsBy::kOrder);
  } catch (const lenet::Error&) {
  }
  return 0;
}
