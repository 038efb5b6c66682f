#include "io/onnx_chain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "nn/limits.h"
#include "nn/model_text.h"
#include "nn/user_layer.h"
#include "nn/window.h"

namespace lenet::onnx {
namespace {

/// (height, width, channels) of (channels, height, width).
Shape channels_last(const Shape& image) { return {image[1], image[2], image[0]}; }

/// An input of this shape is more likely an image of Keras than one of so many channels.
bool looks_channels_last(const Shape& dims) {
  constexpr std::int64_t kLeastSide = 5;
  return dims.size() == 3 && dims[0] >= kLeastSide && dims[1] >= kLeastSide &&
         (dims[2] == 1 || dims[2] == 3 || dims[2] == 4);
}

Shape without_ones(Shape dims) {
  std::erase(dims, 1);
  return dims;
}

/// Whether the axes with more than one element change places.
bool moves(const Shape& dims, const std::vector<std::int64_t>& order) {
  std::vector<std::int64_t> kept;
  for (const std::int64_t axis : order) {
    if (axis > 0 && dims[static_cast<std::size_t>(axis - 1)] > 1) kept.push_back(axis);
  }
  return !std::ranges::is_sorted(kept);
}

}  // namespace

bool orders_differ(const Shape& image) { return image[0] > 1 && image[1] * image[2] > 1; }

Chain::Chain(std::int64_t batch, const Shape& input, const Source& source, Allowance& allowance)
    : batch_(batch), allowance_(&allowance), source_(source), floats_(!source.bytes) {
  take_input(input);
}

void Chain::take_input(const Shape& dims) {
  if (dims.size() > 3) refuse(fmt::format("images of {} axes, want at most 3", dims.size()));
  dims_ = input_ = dims;
  interleaved_.reset();
  if (dims.size() == 2) input_.insert(input_.begin(), 1);
  if (looks_channels_last(dims)) {
    input_ = {dims[2], dims[0], dims[1]};
    if (orders_differ(input_)) interleaved_ = input_;
  }
  shape_ = input_;
  require_size(input_);
}

std::size_t Chain::channel_axis() const {
  const bool last = dims_.size() == 3 && shape_.size() == 3 &&
                    (interleaved_ || (dims_ != shape_ && dims_ == channels_last(shape_)));
  return last ? 2 : 0;
}

const Shape& Chain::require_image() {
  if (dims_.size() == 3 && at_input()) {
    input_ = shape_ = dims_;
    interleaved_.reset();
  }
  if (dims_.size() == 3 && !interleaved_ && dims_ == shape_) return shape_;
  refuse(fmt::format("its input has shape (N, {}){}, want (N, channels, height, width)",
                     fmt::join(dims_, ", "), interleaved_ ? ", its channels last" : ""));
}

std::int64_t Chain::require_features() const {
  if (dims_.size() == 1) return dims_[0];
  refuse(fmt::format("its input has shape (N, {}), want (N, features); flatten it before",
                     fmt::join(dims_, ", ")));
}

void Chain::require_floats() const {
  if (!floats_) refuse("takes the input's bytes, want a Cast to floats before it");
}

void Chain::count_layer() {
  if (allowance_->layers-- == 0) refuse(fmt::format("more than {} layers", kMaxModelTextLayers));
}

/// No layer has larger values (nn/limits.h), and memory is taken by their channels before it has.
void Chain::require_size(const Shape& shape) {
  if (element_count(shape) <= kMostImageValues) return;
  refuse(fmt::format("too large: (N, {}), want at most 2^26 values", fmt::join(shape, ", ")));
}

/// Counts `more` values of a layer that has so many parameters now.
void Chain::take_values(const Layer& layer, std::int64_t more, std::size_t parameters) {
  if (std::cmp_not_equal(total_size(layer.parameters()), parameters)) {
    refuse(fmt::format("{} takes {} values, not {}", layer.text(), total_size(layer.parameters()),
                       parameters));
  }
  if (more > allowance_->values) {
    refuse("the layers take more values than the file holds: the same constant in many layers");
  }
  allowance_->values -= more;
}

void Chain::add(std::unique_ptr<Layer> layer, std::vector<float> parameters,
                std::vector<float> buffers) {
  settle_padding();
  require_floats();
  count_layer();
  const Shape before = shape_;
  shape_ = layer->infer(before);
  require_size(shape_);
  take_values(*layer, std::ssize(parameters), parameters.size());
  if (shape_ != before) {
    dims_ = shape_;
    interleaved_.reset();
  }
  pieces_.push_back({std::move(layer), std::move(parameters), std::move(buffers), before});
}

void Chain::replace_last(std::unique_ptr<Layer> layer, std::vector<float> parameters) {
  Piece& piece = pieces_.back();
  layer->infer(piece.input);
  allowance_->spend(std::ssize(parameters));
  take_values(*layer, std::ssize(parameters) - std::ssize(piece.parameters), parameters.size());
  piece.layer = std::move(layer);
  piece.parameters = std::move(parameters);
}

void Chain::flatten() {
  if (dims_.size() == 1) return;
  grouped_ = false;
  if (shape_.size() > 1) {
    const std::optional<Shape> order = interleaved_;
    add(std::make_unique<Flatten>());
    interleaved_ = order;
  }
  dims_ = shape_;
}

/// Where the last layer is a Flatten of what `dims` shows again: without it.
bool Chain::take_back_flatten(const Shape& dims) {
  if (empty() || !std::holds_alternative<FlattenOp>(last().layer->operation()) || dims_.size() != 1)
    return false;
  const Shape& image = last().input;
  const bool same = interleaved_ ? dims == channels_last(image)
                                 : image.size() == 3 && without_ones(dims) == without_ones(image);
  if (!same) return false;
  shape_ = image;
  dims_ = dims;
  pieces_.pop_back();
  ++allowance_->layers;
  return true;
}

/// Whether these are groups of the channels and what each holds, as a GroupNorm is written.
bool Chain::is_grouping(const Shape& dims) const {
  return !interleaved_ && !grouped_ && dims_ == shape_ && dims.size() == 2 &&
         shape_[0] % dims[0] == 0;
}

void Chain::reshape(const Shape& dims) {
  if (dims == dims_) return;
  if (grouped_ && dims == shape_) {
    grouped_ = false;
    dims_ = dims;
    return;
  }
  if (dims.size() == 1) return flatten();
  if (at_input() && !interleaved_) return take_input(dims);
  if (take_back_flatten(dims)) return;
  if (is_grouping(dims)) {
    grouped_ = true;
    dims_ = dims;
    return;
  }
  if (interleaved_ || without_ones(dims) != without_ones(dims_)) {
    refuse(fmt::format("(N, {}) as (N, {}), want the images flattened, or sizes of 1 more or less",
                       fmt::join(dims_, ", "), fmt::join(dims, ", ")));
  }
  dims_ = dims;
}

void Chain::transpose(const std::vector<std::int64_t>& order) {
  const std::vector<std::int64_t> first = {0, 3, 1, 2}, last = {0, 2, 3, 1};
  std::vector<std::int64_t> sorted = order, axes;
  std::ranges::sort(sorted);
  for (std::int64_t axis = 0; axis <= std::ssize(dims_); ++axis) axes.push_back(axis);
  const bool good = sorted == axes && order[0] == 0;
  Shape to;
  if (good) {
    for (auto axis = order.begin() + 1; axis != order.end(); ++axis) {
      to.push_back(dims_[static_cast<std::size_t>(*axis - 1)]);
    }
  }
  const bool stays = good && !moves(dims_, order) && (!interleaved_ || to == dims_);
  const bool to_first = good && order == first && (interleaved_ || at_input());
  const bool to_last = good && order == last && !interleaved_ && dims_ == shape_;
  if (stays) {
    dims_ = to;
  } else if (to_first) {
    dims_ = shape_ = to;
    if (at_input()) input_ = to;
    interleaved_.reset();
  } else if (to_last) {
    interleaved_ = std::exchange(dims_, to);
  } else {
    refuse(
        fmt::format("perm is [{}] on (N, {}), want the channels of images moved from the end to "
                    "the front ([0, 3, 1, 2]) or back",
                    fmt::join(order, ", "), fmt::join(dims_, ", ")));
  }
}

std::vector<float> Chain::in_order(std::vector<float> rows) const {
  if (!interleaved_) return rows;
  const auto channels = static_cast<std::size_t>((*interleaved_)[0]);
  const auto features = static_cast<std::size_t>(element_count(*interleaved_));
  const std::size_t places = features / channels;
  std::vector<float> ordered(rows.size());
  for (std::size_t row = 0; row < rows.size(); row += features) {
    for (std::size_t place = 0; place < places; ++place) {
      for (std::size_t c = 0; c < channels; ++c) {
        ordered[row + c * places + place] = rows[row + place * channels + c];
      }
    }
  }
  return ordered;
}

std::vector<float> Chain::take_order(std::vector<float> rows) {
  rows = in_order(std::move(rows));
  interleaved_.reset();
  return rows;
}

/// The image larger by so much.
void Chain::resize(const Size2d& by) {
  const bool last = channel_axis() == 2;
  shape_[1] += by.height;
  shape_[2] += by.width;
  require_size(shape_);
  dims_ = last ? channels_last(shape_) : shape_;
  if (interleaved_) interleaved_ = shape_;
}

void Chain::pad(const Padding& zeros) {
  padding_ = sum(padding_, zeros);
  resize({zeros.before.height + zeros.after.height, zeros.before.width + zeros.after.width});
}

Padding Chain::take_padding() {
  const Padding zeros = std::exchange(padding_, Padding());
  if (zeros == Padding()) return zeros;
  resize({-zeros.before.height - zeros.after.height, -zeros.before.width - zeros.after.width});
  return zeros;
}

void Chain::settle_padding() {
  if (padding_ == Padding()) return;
  const Shape dims = dims_;
  const std::optional<Shape> order = interleaved_;
  add(std::make_unique<ZeroPad2d>(take_padding()));
  dims_ = dims;
  interleaved_ = order;
}

/// What no normalization of lenet says, as a layer in front.
void Chain::insert_affine(bool bytes) {
  if (input_.size() != 3) refuse("a deviation below 0 in front, want one above");
  pieces_.insert(pieces_.begin(),
                 {std::make_unique<Affine2d>(), front.affine(input_[0], bytes), {}, input_});
}

Sequential Chain::finish() {
  settle_padding();
  if (pieces_.empty()) refuse("no layer between input and output");
  if (grouped_ && without_ones(dims_) != without_ones(shape_)) {
    refuse("the graph gives groups of channels, want classes");
  }
  if (interleaved_) refuse("the graph gives images with their channels last, want classes");
  const bool bytes = source_.bytes || (!source_.own && front.takes_bytes());
  std::optional<Normalization> normalization = front.normalization(input_[0], bytes);
  if (!normalization) insert_affine(bytes);
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
  if (normalization) net.set_normalization(*std::move(normalization));
  return net;
}

}  // namespace lenet::onnx
