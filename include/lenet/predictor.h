// Images in, probabilities out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// A built network made ready to classify single images on the calling thread. Refers to the
/// network, whose parameters must not change. Not to be shared by threads: give each its own.
class Predictor {
 public:
  explicit Predictor(const Sequential& net);
  explicit Predictor(const Sequential&&) = delete;  // it would be gone
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  /// The softmax of the outputs for one image of bytes (channels, height, width), which count as
  /// byte / 255. Valid until the next call. Allocates nothing.
  std::span<const float> probabilities(const std::uint8_t* pixels) &;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The softmax of the outputs for many images at once, (images, outputs); labels count for nothing.
/// Throws Error (kUsage) if the network is not built for images of this shape.
std::vector<float> probabilities(const Sequential& net, const Dataset& images, int threads = 0);

}  // namespace lenet
