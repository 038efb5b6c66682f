#include "formats/idx.h"

#include <cstdint>

#include "fuzz/memory_file.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lenet::MemoryFile file(data, size);
    const auto content = lenet::idx_content(file.path());
    const lenet::Idx idx =
        lenet::read_idx(file.path(), content.value_or(lenet::IdxContent::kImages));
    if (content == lenet::IdxContent::kLabels) lenet::idx_labels(idx);
  } catch (const lenet::Error&) {
  }
  return 0;
}
