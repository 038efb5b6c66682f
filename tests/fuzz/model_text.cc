#include <cstdint>
#include <string_view>

#include "lenet/error.h"
#include "lenet/sequential.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto net = lenet::Sequential::parse({reinterpret_cast<const char*>(data), size});
    if (lenet::Sequential::parse(net.text()).text() != net.text()) __builtin_trap();
  } catch (const lenet::Error&) {
  }
  return 0;
}
