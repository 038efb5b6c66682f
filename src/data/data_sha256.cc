#include <array>
#include <bit>

#include "base/sha256.h"
#include "lenet/dataset.h"

namespace lenet {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Eight bytes, little-endian.
void add_number(std::int64_t number, Sha256& sum) {
  std::array<std::uint8_t, 8> bytes;
  auto rest = static_cast<std::uint64_t>(number);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(rest & 0xff);
    rest >>= 8;
  }
  sum.add(bytes);
}

/// A byte each or, of more than 256 classes, two, little-endian.
void add_labels(const Dataset& set, Sha256& sum) {
  const bool wide = set.classes() > 256;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(set.labels().size() * (wide ? 2 : 1));
  for (const Label label : set.labels()) {
    bytes.push_back(static_cast<std::uint8_t>(label & 0xff));
    if (wide) bytes.push_back(static_cast<std::uint8_t>(label >> 8));
  }
  sum.add(bytes);
}

/// Four bytes each, little-endian.
void add_floats(std::span<const float> values, Sha256& sum) {
  static_assert(std::endian::native == std::endian::little);
  sum.add({reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()});
}

/// What sets of bytes with classes do not have: a number that is no number of images, and which of
/// the two are floats.
void add_kind(const Dataset& set, Sha256& sum) {
  if (set.has_bytes() && set.has_classes()) return;
  add_number(-1, sum);
  add_number((set.has_bytes() ? 0 : 1) + (set.has_classes() ? 0 : 2), sum);
}

void add_classes(const Dataset& set, Sha256& sum) {
  add_number(set.classes(), sum);
  add_number(std::ssize(set.class_names()), sum);
  for (const std::string& name : set.class_names()) {
    add_number(std::ssize(name), sum);
    sum.add(bytes_of(name));
  }
  add_labels(set, sum);
}

void add_rows(const FloatRows& rows, Sha256& sum) {
  add_number(rows.width, sum);
  add_floats(rows.values, sum);
}

void add_pixels(const Dataset& set, Sha256& sum) {
  if (set.size() == 0) return;
  const auto pixels = static_cast<std::size_t>(set.size() * element_count(set.image_shape()));
  if (set.has_bytes()) return sum.add({set.image(0), pixels});
  add_floats({set.floats(0), pixels}, sum);
}

/// Lengths stand before what they count, so that no two sets give the same bytes.
void add_set(const Dataset& set, Sha256& sum) {
  add_kind(set, sum);
  add_number(set.size(), sum);
  add_number(std::ssize(set.image_shape()), sum);
  for (const std::int64_t size : set.image_shape()) add_number(size, sum);
  if (set.has_classes())
    add_classes(set, sum);
  else
    add_rows(set.rows(), sum);
  add_pixels(set, sum);
}

}  // namespace

std::string data_sha256(const Dataset& train, const Dataset& test) {
  Sha256 sum;
  sum.add(bytes_of("lenet data 1\n"));
  add_set(train, sum);
  add_set(test, sum);
  return sum.digest();
}

}  // namespace lenet
