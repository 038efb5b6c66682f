#include "io/onnx_chain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "nn/model_text.h"

namespace lenet::onnx {

Chain::Chain(std::int64_t batch, const Shape& input, std::int64_t most_values)
    : batch_(batch), dims_(input), left_(most_values) {
  input_ = input.size() == 2 ? Shape{1, input[0], input[1]} : input;
  shape_ = input_;
  element_count(input_);
}

const Shape& Chain::require_image() const {
  if (dims_.size() == 3) return shape_;
  refuse(fmt::format("its input has shape (N, {}), want (N, channels, height, width)",
                     fmt::join(dims_, ", ")));
}

std::int64_t Chain::require_features() const {
  if (dims_.size() == 1) return dims_[0];
  refuse(fmt::format("its input has shape (N, {}), want (N, features); flatten it before",
                     fmt::join(dims_, ", ")));
}

void Chain::pad(const Size2d& zeros) {
  padding_ = {padding_.height + zeros.height, padding_.width + zeros.width};
  shape_[1] += 2 * zeros.height;
  shape_[2] += 2 * zeros.width;
  element_count(shape_);
  dims_ = shape_;
}

Size2d Chain::take_padding() {
  const Size2d zeros = std::exchange(padding_, 0);
  if (zeros == Size2d(0)) return zeros;
  shape_[1] -= 2 * zeros.height;
  shape_[2] -= 2 * zeros.width;
  dims_ = shape_;
  return zeros;
}

void Chain::require_no_padding() const {
  if (padded()) refuse("behind a Pad, want that in front of a Conv or an AveragePool alone");
}

void Chain::add(std::unique_ptr<Layer> layer, std::vector<float> parameters,
                std::vector<float> buffers) {
  require_no_padding();
  if (std::ssize(pieces_) == kMaxModelTextLayers) {
    refuse(fmt::format("more than {} layers", kMaxModelTextLayers));
  }
  if (std::ssize(parameters) > left_) {
    refuse("the layers take more values than the file holds: the same constant in many layers");
  }
  before_ = shape_;
  shape_ = layer->infer(shape_);
  element_count(shape_);
  left_ -= std::ssize(parameters);
  if (dims_.size() != 2 || shape_.size() == 1) dims_ = shape_;
  pieces_.push_back({std::move(layer), std::move(parameters), std::move(buffers)});
}

Chain::Piece Chain::take_last() {
  Piece piece = std::move(pieces_.back());
  pieces_.pop_back();
  left_ += std::ssize(piece.parameters);
  dims_ = shape_ = before_;
  return piece;
}

Sequential Chain::finish() {
  require_no_padding();
  if (pieces_.empty()) refuse("no layer between input and output");
  Sequential net;
  for (Piece& piece : pieces_) net.add(std::move(piece.layer));
  Generator generator;
  net.build(input_, generator);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const auto layer = static_cast<std::int64_t>(i);
    std::ranges::copy(pieces_[i].parameters,
                      net.parameters().begin() + net.parameter_range(layer).first);
    std::ranges::copy(pieces_[i].buffers, net.buffers().begin() + net.buffer_range(layer).first);
  }
  net.set_normalization(std::move(normalization));
  return net;
}

}  // namespace lenet::onnx
