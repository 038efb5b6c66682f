// What a harness does with the decoder of an image format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "image/decoders.h"
#include "lenet/error.h"

namespace lenet {

using Decoder = Image (*)(std::string_view bytes, const std::string& source);

inline int decode_any(Decoder decode, const std::uint8_t* data, std::size_t size) {
  try {
    decode({reinterpret_cast<const char*>(data), size}, "input");
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace lenet
