// Characters of names that are shown or written.
#pragma once

namespace lenet {

/// Of ASCII's: what a terminal may act on.
inline bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < ' ' || byte == 0x7F;
}

}  // namespace lenet
