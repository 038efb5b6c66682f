#include "lenet/image.h"

#include <cstdint>
#include <string_view>

#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto image = lenet::decode_image({reinterpret_cast<const char*>(data), size}, "input");
    lenet::resized(image, {1, 28, 28});
  } catch (const lenet::Error&) {
  }
  return 0;
}
