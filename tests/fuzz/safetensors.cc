#include "lenet/safetensors.h"

#include <cstdint>
#include <string_view>

#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file =
        lenet::parse_safetensors({reinterpret_cast<const char*>(data), size}, "input");
    lenet::serialise_safetensors(file.tensors, file.metadata);
  } catch (const lenet::Error&) {
  }
  return 0;
}
