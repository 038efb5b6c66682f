#include <cstdint>
#include <string_view>

#include "formats/formats.h"
#include "lenet/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const lenet::LoadOptions ways[] = {{},
                                     {.targets = {"a", "b"}, .floats = true},
                                     {.targets = {"input"}},
                                     {.size = {1, 2}, .numbers = true}};
  for (const lenet::LoadOptions& how : ways) {
    try {
      lenet::parse_csv({reinterpret_cast<const char*>(data), size}, how, "input");
    } catch (const lenet::Error&) {
    }
  }
  return 0;
}
