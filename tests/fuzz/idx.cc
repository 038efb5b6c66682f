#include "data/idx.h"

#include <cstdint>

#include "fuzz/memory_file.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lenet::MemoryFile file(data, size);
    const auto dimensions = lenet::idx_dimensions(file.path());
    lenet::read_idx(file.path(), dimensions == 1 ? 1 : 3);
  } catch (const lenet::Error&) {
  }
  return 0;
}
