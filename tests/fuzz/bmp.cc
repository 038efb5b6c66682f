#include "fuzz/decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return lenet::decode_any(lenet::decode_bmp, data, size);
}
