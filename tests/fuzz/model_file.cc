#include "lenet/model_file.h"

#include <cstdint>

#include "fuzz/memory_file.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lenet::MemoryFile file(data, size);
    lenet::load_model(file.path());
  } catch (const lenet::Error&) {
  }
  return 0;
}
