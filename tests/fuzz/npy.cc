#include "formats/npy.h"

#include <algorithm>
#include <cstdint>
#include <memory>

#include "formats/array_labels.h"
#include "formats/array_pixels.h"
#include "lenet/error.h"

/// An array as labels, then as pixels, which take its place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    auto bytes = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(data, size, bytes.get());
    const auto array = lenet::parse_npy(std::move(bytes), static_cast<std::int64_t>(size), "input");
    try {
      lenet::array_labels(array);
    } catch (const lenet::Error&) {
    }
    lenet::to_pixels(array, lenet::white_of(array, {}));
  } catch (const lenet::Error&) {
  }
  return 0;
}
