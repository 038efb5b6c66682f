#include <cstdint>
#include <string_view>

#include "formats/formats.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const std::int64_t label_bytes : {1, 2}) {
    try {
      lenet::parse_cifar({reinterpret_cast<const char*>(data), size}, label_bytes, "input");
    } catch (const lenet::Error&) {
    }
  }
  return 0;
}
