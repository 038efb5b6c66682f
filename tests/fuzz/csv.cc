#include <cstdint>
#include <string_view>

#include "formats/formats.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    lenet::parse_csv({reinterpret_cast<const char*>(data), size}, {}, "input");
  } catch (const lenet::Error&) {
  }
  return 0;
}
