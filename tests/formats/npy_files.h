// Files of numpy's arrays, made from values.
#pragma once

#include <cstring>
#include <string>
#include <vector>

namespace lenet {

/// A file of version 1.
inline std::string npy_file(const std::string& dtype, const std::string& shape,
                            const std::string& bytes) {
  const std::string header =
      "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + std::string("\0", 1) +
         header + bytes;
}

/// Of float32 values.
inline std::string npy_file(const std::string& shape, const std::vector<float>& values) {
  std::string bytes(4 * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return npy_file("<f4", shape, bytes);
}

}  // namespace lenet
