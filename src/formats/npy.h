// One array of numpy's .npy format (numpy.lib.format), versions 1 to 3.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lenet {

/// An array in C order, little-endian.
struct NpyArray {
  std::string name;                       ///< for messages
  std::unique_ptr<std::uint8_t[]> bytes;  ///< header, then values
  std::int64_t header_size = 0;
  char kind = 'u';             ///< b, i, u or f as numpy's dtype.kind
  std::int64_t item_size = 1;  ///< bytes a value
  std::vector<std::int64_t> shape;

  std::int64_t count() const {
    std::int64_t n = 1;
    for (const std::int64_t size : shape) n *= size;
    return n;
  }
  const std::uint8_t* values() const { return bytes.get() + header_size; }
};

/// Takes over the `size` bytes of a .npy file. Throws Error (kBadInput), starting with `name`, if
/// they are none, are not exactly as many as header and shape say, or hold objects, big-endian
/// numbers, Fortran order or a dtype other than bool, (u)int8 to 64 and float32 and 64.
NpyArray parse_npy(std::unique_ptr<std::uint8_t[]> bytes, std::int64_t size,
                   const std::string& name);

/// Of a file. Throws Error, also kIo.
NpyArray read_npy(const std::filesystem::path& path);

/// Value i of an array whose type is T.
template <typename T>
T item(const NpyArray& array, std::int64_t i) {
  T value;
  std::memcpy(&value, array.values() + i * std::int64_t{sizeof value}, sizeof value);
  return value;
}

/// Calls f with a value of the array's type, as in f(std::uint8_t{}) for uint8 and bool.
template <typename F>
decltype(auto) with_item_type(const NpyArray& array, F f) {
  const bool is_signed = array.kind == 'i';
  if (array.kind == 'f') return array.item_size == 8 ? f(double{}) : f(float{});
  if (array.item_size == 8) return is_signed ? f(std::int64_t{}) : f(std::uint64_t{});
  if (array.item_size == 4) return is_signed ? f(std::int32_t{}) : f(std::uint32_t{});
  if (array.item_size == 2) return is_signed ? f(std::int16_t{}) : f(std::uint16_t{});
  return is_signed ? f(std::int8_t{}) : f(std::uint8_t{});
}

}  // namespace lenet
