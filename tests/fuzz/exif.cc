#include "image/exif.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int orientation = lenet::exif_orientation({reinterpret_cast<const char*>(data), size});
  if (orientation < 1 || orientation > 8) __builtin_trap();
  return 0;
}
