#include "data/npy.h"

#include <algorithm>
#include <cstdint>
#include <memory>

#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    auto bytes = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(data, size, bytes.get());
    const auto array = lenet::parse_npy(std::move(bytes), static_cast<std::int64_t>(size), "input");
    lenet::integers(array);
  } catch (const lenet::Error&) {
  }
  return 0;
}
