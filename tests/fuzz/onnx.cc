#include "lenet/onnx.h"

#include <cstdint>
#include <string_view>

#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lenet::Model model =
        lenet::parse_onnx({reinterpret_cast<const char*>(data), size}, "input");
    lenet::serialise_onnx(model);
  } catch (const lenet::Error&) {
  }
  return 0;
}
