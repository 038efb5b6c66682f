// The layers of an ONNX graph, each behind the other, as they are found.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "io/onnx_operator.h"
#include "lenet/sequential.h"

namespace lenet::onnx {

class Chain {
 public:
  struct Piece {
    std::unique_ptr<Layer> layer;
    std::vector<float> parameters, buffers;
  };

  /// `input`: (features), (channels, height, width) or, for images without a channel,
  /// (height, width); `batch` as the file fixes it, or -1. In all layers together at most
  /// `most_values` parameters. Throws Error.
  Chain(std::int64_t batch, const Shape& input, std::int64_t most_values);

  std::int64_t batch() const { return batch_; }

  /// The shape of the last value as ONNX has it, without the batch.
  const Shape& dims() const { return dims_; }

  /// The same as (channels, height, width) or (features). Throws Error if it is the other one.
  const Shape& require_image() const;
  std::int64_t require_features() const;

  /// The layer and its values behind the others. Throws Error if it cannot take the shape.
  void add(std::unique_ptr<Layer> layer, std::vector<float> parameters = {},
           std::vector<float> buffers = {});

  /// Zeros round the image, which the window of the next layer must take.
  void pad(const Size2d& zeros);
  bool padded() const { return padding_ != Size2d(0); }
  void require_no_padding() const;
  Size2d take_padding();

  bool empty() const { return pieces_.empty(); }
  const Piece& last() const { return pieces_.back(); }
  Piece take_last();

  Normalization normalization;

  /// The network of all layers, built.
  Sequential finish();

 private:
  std::int64_t batch_;
  Shape input_, shape_, dims_;
  Shape before_;  ///< the last layer
  Size2d padding_ = 0;
  std::int64_t left_;
  std::vector<Piece> pieces_;
};

/// Adds the layer of a node to the chain, or none if it changes nothing. Throws Error (kBadInput,
/// kUsage) for what lenet does not have.
void add_layer(const Operator& o, Chain& chain);

}  // namespace lenet::onnx
