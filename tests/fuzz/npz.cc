#include <cstdint>
#include <string_view>

#include "formats/formats.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const lenet::LoadOptions ways[] = {{.test_optional = true},
                                     {.numbers = true, .floats = true, .test_optional = true},
                                     {.test_split = 0.5, .targets = {"input"}, .floats = true}};
  for (const lenet::LoadOptions& how : ways) {
    try {
      lenet::parse_npz({reinterpret_cast<const char*>(data), size}, how, "input");
    } catch (const lenet::Error&) {
    }
  }
  return 0;
}
