// What an ONNX graph does to the pixels in front of all layers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lenet/sequential.h"

namespace lenet::onnx {

/// y = scale x + shift, both with a value a channel or one for all; at first y = x.
class Front {
 public:
  /// Each takes one value or one a channel. Throws Error (kBadInput) for a factor of 0, and for
  /// other channels than those before.
  void multiply(const std::vector<float>& factors);
  void divide(const std::vector<float>& divisors);
  void add(const std::vector<float>& values);
  void subtract(const std::vector<float>& values);

  /// Whether y is standardised if x is a byte and not byte / 255: a mean or deviation of 16 or
  /// more, midway between those of the two.
  bool takes_bytes() const;

  /// The same in lenet's terms, for byte / 255 in the place of x, or of a byte: nothing where some
  /// deviation would not be above 0. Empty where y is byte / 255. Throws Error (kBadInput) unless
  /// there are as many values as channels.
  std::optional<Normalization> normalization(std::int64_t channels, bool bytes) const;

  /// Its weight and then its bias, for such an input, each a value a channel.
  std::vector<float> affine(std::int64_t channels, bool bytes) const;

 private:
  template <class Change>
  void change(const std::vector<float>& values, Change change);
  struct Channel {
    double scale = 1, shift = 0;
    double mean() const { return -shift / scale; }
    double deviation() const { return 1 / scale; }
  };

  /// For x as byte / 255, a value a channel.
  std::vector<Channel> of_pixels(std::int64_t channels, bool bytes) const;

  std::vector<Channel> channels_ = {{}};
};

}  // namespace lenet::onnx
