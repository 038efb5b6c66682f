// A trained network in integers of 8 bits, as devices without a floating-point unit run it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// Weights are symmetric, one scale for each output channel: w = scale * q, q from -127 to 127.
/// Activations are affine, one scale and zero point for each tensor: x = scale * (q - zero), q from
/// -128 to 127, over the range that they had on the images of calibration. Sums have 32 bits and
/// are brought to the next scale by an integer product and a shift; so every machine and compiler
/// gives the same integers (Jacob et al. 2018, "Quantization and Training of Neural Networks for
/// Efficient Integer-Arithmetic-Only Inference").
class QuantizedNetwork {
 public:
  /// Quantizes a built network, calibrated on `images` of `data`, evenly spaced, or on all where it
  /// has fewer. Throws Error: kUsage for a layer of the user, a sum too long for 32 bits, images of
  /// another shape or none; kBadInput if an activation is not finite.
  QuantizedNetwork(const Sequential& net, const Dataset& data, std::int64_t images = 512);
  ~QuantizedNetwork();
  QuantizedNetwork(QuantizedNetwork&&) noexcept;
  QuantizedNetwork& operator=(QuantizedNetwork&&) noexcept;

  /// What the softmax is taken of, for one image of bytes (channels, height, width): the same bits
  /// as in the C that export_c writes.
  std::vector<float> logits(const std::uint8_t* pixels) const;

  /// The same for one image of floats, as they are in the data. Both throw Error (kUsage) for the
  /// kind that it was not calibrated on.
  std::vector<float> logits(const float* numbers) const;

  struct State;
  const State& state() const { return *state_; }

 private:
  std::vector<float> logits_of(std::vector<std::int8_t> image) const;

  std::unique_ptr<const State> state_;
};

/// The outputs of the integers for all images, (images, outputs). Throws Error (kUsage) for images
/// of another shape or kind.
std::vector<float> forward(const QuantizedNetwork& net, const Dataset& data, int threads = 0);

/// The share of images that the integers classify right. Throws Error (kUsage) for images of
/// another shape or kind.
double evaluate_accuracy(const QuantizedNetwork& net, const Dataset& data, int threads = 0);

}  // namespace lenet
