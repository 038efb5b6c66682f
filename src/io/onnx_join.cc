// Where the branches of a chain meet.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "io/onnx_chain.h"

namespace lenet::onnx {
namespace {

std::string shapes_of(const Chain& a, const Chain& b) {
  return fmt::format("values of shapes (N, {}) and (N, {})", fmt::join(a.dims(), ", "),
                     fmt::join(b.dims(), ", "));
}

/// Whether ONNX would repeat one over the other.
bool broadcasts(const Shape& a, const Shape& b) {
  for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const std::int64_t x = a[a.size() - i], y = b[b.size() - i];
    if (x != y && x != 1 && y != 1) return false;
  }
  return true;
}

bool same_but_for(std::size_t axis, Shape a, const Shape& b) {
  if (a.size() != b.size()) return false;
  a[axis] = b[axis];
  return a == b;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& values) {
  to.insert(to.end(), values.begin(), values.end());
  values = {};
}

}  // namespace

Chain Chain::branch() const {
  Chain branch(*allowance_);
  branch.batch_ = batch_;
  branch.input_ = branch.shape_ = shape_;
  branch.dims_ = dims_;
  branch.grouped_ = grouped_;
  branch.interleaved_ = interleaved_;
  branch.padding_ = padding_;
  branch.source_ = source_;
  branch.floats_ = floats_;
  branch.within_ = true;
  return branch;
}

/// Of images the channels are on one axis, of features the order is the same.
void Chain::require_one_layout(const Chain& other, const Meeting& meeting) const {
  if (dims_.size() != other.dims_.size()) return;
  const bool features = dims_.size() == 1;
  const bool same =
      features ? interleaved_ == other.interleaved_ : channel_axis() == other.channel_axis();
  if (!same) {
    refuse(
        fmt::format("{}, of which one has its channels last; want the Transpose in all "
                    "branches, or in none",
                    shapes_of(*this, other)));
  }
  if (features && interleaved_ && meeting.kind == Container::Kind::kConcat) {
    refuse("images that were flattened with their channels last, side by side");
  }
}

void Chain::require_meets(const Chain& other, const Meeting& meeting) const {
  require_one_layout(other, meeting);
  if (meeting.kind == Container::Kind::kConcat) {
    if (same_but_for(channel_axis(), dims_, other.dims_)) return;
    refuse(fmt::format("{}, want equal ones but for the channels", shapes_of(*this, other)));
  }
  if (dims_ == other.dims_ && shape_ == other.shape_) return;
  const bool repeats = dims_ != other.dims_ && broadcasts(dims_, other.dims_);
  refuse(fmt::format("{}, {}want equal ones", shapes_of(*this, other),
                     repeats ? "one of them repeated; " : ""));
}

/// Along the channels, or features, alone.
void Chain::require_axis(std::int64_t axis) const {
  const std::size_t channels = channel_axis();
  const std::int64_t own = axis < 0 ? axis + std::ssize(dims_) + 1 : axis;
  const bool placed = dims_ == shape_ || (dims_.size() == shape_.size() && channels == 2);
  if (placed && own == static_cast<std::int64_t>(channels) + 1) return;
  refuse(fmt::format("axis {} of (N, {}), want the channels of images or features", axis,
                     fmt::join(dims_, ", ")));
}

/// One is the value itself, and the other of its shape or one element a channel.
void Chain::require_scales(const std::vector<Chain>& branches) {
  const auto own = std::ranges::find_if(branches, &Chain::empty);
  const Chain& gate = own == branches.begin() ? branches.back() : branches.front();
  own->require_one_layout(gate, {Container::Kind::kScale});
  Shape one_each(own->dims_.size(), 1);
  one_each[own->channel_axis()] = own->dims_[own->channel_axis()];
  if (gate.dims_ == own->dims_ || gate.dims_ == one_each) return;
  refuse(fmt::format("multiplies {}, want equal shapes, or one value a channel",
                     shapes_of(*own, gate)));
}

void Chain::require_joins(const Meeting& meeting, const std::vector<Chain>& branches) {
  const Chain& first = branches.front();
  const bool scales = meeting.kind == Container::Kind::kScale;
  if (scales) require_scales(branches);
  if (meeting.kind == Container::Kind::kConcat) first.require_axis(meeting.axis);
  for (const Chain& branch : branches) {
    branch.require_floats();
    if (!scales) first.require_meets(branch, meeting);
    if (branch.depth_ == Container::kMaxDepth) {
      refuse(fmt::format("more than {} branches in one another", Container::kMaxDepth));
    }
  }
}

/// The branches' layers and values, which are gone from them.
Chain::Piece Chain::as_piece(Container::Kind kind, std::vector<Chain>& branches) {
  Piece piece;
  const auto same = std::ranges::count_if(branches, &Chain::empty);
  const bool residual = kind == Container::Kind::kSum && branches.size() == 2 && same == 1;
  const bool scales = kind == Container::Kind::kScale;
  std::vector<Sequential> inner;
  for (Chain& branch : branches) {
    if ((residual || scales) && branch.empty()) continue;
    Sequential& layers = inner.emplace_back();
    for (Piece& one : branch.pieces_) {
      layers.add(std::move(one.layer));
      append(piece.parameters, std::exchange(one.parameters, {}));
      append(piece.buffers, std::exchange(one.buffers, {}));
    }
  }
  piece.layer = Container::of(residual ? Container::Kind::kResidual : kind, std::move(inner));
  return piece;
}

void Chain::join(const Meeting& meeting, std::vector<Chain> branches) {
  for (Chain& branch : branches) branch.settle_padding();
  require_joins(meeting, branches);
  count_layer();
  take_padding();
  for (const Chain& branch : branches) depth_ = std::max(depth_, branch.depth_ + 1);
  const auto own = std::ranges::find_if(branches, &Chain::empty);
  const Chain& like = meeting.kind == Container::Kind::kScale ? *own : branches.front();
  const bool last = like.channel_axis() == 2;
  dims_ = like.dims_;
  grouped_ = like.grouped_;
  interleaved_ = like.interleaved_;
  floats_ = true;
  Piece piece = as_piece(meeting.kind, branches);
  piece.input = shape_;
  shape_ = piece.layer->infer(shape_);
  if (meeting.kind == Container::Kind::kConcat) {
    dims_[last ? 2 : 0] = shape_[0];
    if (last && orders_differ(shape_)) interleaved_ = shape_;
  }
  pieces_.push_back(std::move(piece));
}

}  // namespace lenet::onnx
