#include "train/pack_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/plural.h"
#include "data/image_mix.h"
#include "kernels/transpose.h"
#include "lenet/error.h"
#include "nn/standardize.h"

namespace lenet {
namespace {

const Sequential& built(const Sequential& net) {
  net.require_built();
  return net;
}

/// Copies examples of a batch of floats, one a lane.
void gather_floats(const Batch& batch, std::int64_t first, std::int64_t count, std::int64_t size,
                   float* x) {
  std::fill_n(x, size * kPack, 0.0f);
  kernels::transpose(count, size, {batch.floats().data() + first * size, size}, {x, kPack});
}

/// Copies images of floats out of a data set.
void gather_rows(const Batch& batch, std::int64_t first, std::int64_t count, std::int64_t size,
                 float* x) {
  const float* images[kPack] = {};
  for (std::int64_t lane = 0; lane < count; ++lane) {
    images[lane] = batch.data()->floats(batch.indices()[static_cast<std::size_t>(first + lane)]);
  }
  kernels::gather_rows(images, size, x);
}

/// Image `position` of the batch as this epoch sees it before it is mixed.
void change(const Batch& batch, std::int64_t position, std::uint8_t* out) {
  const std::int32_t index = batch.indices()[static_cast<std::size_t>(position)];
  augment(batch.augmentation(), batch.data()->image_shape(), batch.seed(), batch.epoch(), index,
          batch.data()->image(index), out);
}

/// How the images of a pack are mixed, one a lane.
using Mixes = std::array<ImageMix, kPack>;

/// Those of a batch that mixes none leave each as it is.
Mixes mixes_of(const Batch& batch, std::int64_t first, std::int64_t count) {
  Mixes mixes;
  for (std::int64_t lane = 0; lane < count && batch.augmentation().mixes(); ++lane) {
    const std::int32_t index = batch.indices()[static_cast<std::size_t>(first + lane)];
    mixes[static_cast<std::size_t>(lane)] = draw_mix(
        batch.augmentation(), batch.data()->image_shape(), batch.seed(), batch.epoch(), index);
  }
  return mixes;
}

/// Where the image lies that another is mixed with: at the other end.
std::int64_t partner_of(const Batch& batch, std::int64_t position) {
  return batch.size() - 1 - position;
}

/// Copies images of bytes, changed as the batch says. scratch: room for kPack images and one.
void gather_bytes(const Batch& batch, std::int64_t first, std::int64_t count, std::int64_t size,
                  const Mixes& mixes, std::uint8_t* scratch, float* x) {
  const std::uint8_t* images[kPack] = {};
  std::uint8_t* const other = scratch + kPack * size;
  for (std::int64_t lane = 0; lane < count; ++lane) {
    const std::int64_t position = first + lane;
    images[lane] = batch.data()->image(batch.indices()[static_cast<std::size_t>(position)]);
    if (!batch.augmentation().any()) continue;
    std::uint8_t* changed = scratch + lane * size;
    change(batch, position, changed);
    images[lane] = changed;
    if (!batch.augmentation().mixes()) continue;
    change(batch, partner_of(batch, position), other);
    apply(mixes[static_cast<std::size_t>(lane)], batch.data()->image_shape(), other, changed);
  }
  kernels::gather_images(images, size, x);
}

PackTargets targets_of(const Batch& batch, std::int64_t first, std::int64_t count,
                       const Mixes& mixes) {
  PackTargets targets{.count = count};
  targets.mixed = batch.augmentation().mixes();
  for (std::int64_t lane = 0; lane < count; ++lane) {
    if (batch.has_classes()) targets.label[lane] = batch.label(first + lane);
    if (batch.has_rows()) targets.row[lane] = batch.row(first + lane).data();
    if (!targets.mixed) continue;
    targets.other[lane] = batch.label(partner_of(batch, first + lane));
    targets.share[lane] = mixes[static_cast<std::size_t>(lane)].own();
  }
  return targets;
}

}  // namespace

int checked_threads(int threads) {
  if (threads < 0 || threads > kMaxThreads) {
    throw Error(ErrorKind::kUsage,
                fmt::format("threads: {}, want 1 to {}, or 0 for all CPUs", threads, kMaxThreads));
  }
  return threads == 0 ? available_cpus() : threads;
}

void require_trainable(const Sequential& net) {
  if (!built(net).parameters().empty()) return;
  throw Error(ErrorKind::kUsage, fmt::format("the network has nothing to train: {}", net.text()));
}

namespace {

void require_outputs(const Sequential& net, std::int64_t row_width) {
  const std::int64_t outputs = element_count(net.output_shape());
  if (row_width == outputs) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("a target is {} floats, the network ends with {} outputs; end it with "
                          "Linear({})",
                          row_width, outputs, row_width));
}

void require_shape(const Sequential& net, const Dataset& data) {
  const Shape& input = built(net).input_shape();
  if (data.image_shape() == input) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("the images have shape {}, the network was built for {}",
                          to_string(data.image_shape()), to_string(input)));
}

void require_indices(const Dataset& data, std::span<const std::int32_t> indices) {
  for (const std::int32_t i : indices) {
    if (i >= 0 && i < data.size()) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("image {} of a batch, but the data has {}", i, data.size()));
  }
}

}  // namespace

void require_fit(const Sequential& net, const Dataset& data) {
  require_shape(net, data);
  if (!data.has_classes()) return require_outputs(net, data.rows().width);
  const std::int64_t outputs = element_count(net.output_shape());
  if (data.classes() > outputs) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("the data has {}, the network ends with {} outputs; end it with Linear({})",
                    class_count(data.classes()), outputs, data.classes()));
  }
}

void require_images(const Sequential& net, const Batch& batch) {
  if (batch.size() <= 0) throw Error(ErrorKind::kUsage, "the batch is empty");
  const Shape& input = built(net).input_shape();
  if (const Dataset* data = batch.data()) {
    require_indices(*data, batch.indices());
    if (batch.augmentation().any()) require_bytes(*data, "augmentation");
    check(batch.augmentation(), data->image_shape());
    return require_shape(net, *data);
  }
  if (batch.augmentation().any()) {
    throw Error(ErrorKind::kUsage, "augmentation: takes images of bytes, and the batch has floats");
  }
  const std::int64_t values = std::ssize(batch.floats()), size = element_count(input);
  if (values % size != 0 || values / size != batch.size()) {
    throw Error(ErrorKind::kUsage, fmt::format("{} values, want {} images of shape {}", values,
                                               batch.size(), to_string(input)));
  }
}

void require_fit(const Sequential& net, const Batch& batch) {
  require_images(net, batch);
  if (batch.data()) return require_fit(net, *batch.data());
  if (batch.has_rows()) {
    const FloatRows rows = batch.rows();
    require_outputs(net, rows.width);
    if (std::ssize(rows.values) == batch.size() * rows.width) return;
    throw Error(ErrorKind::kUsage, fmt::format("{} target values, want {} rows of {}",
                                               rows.values.size(), batch.size(), rows.width));
  }
  const std::int64_t outputs = element_count(net.output_shape());
  for (const Label label : batch.classes()) {
    if (label < outputs) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("label {}, but the network ends with {} outputs", label, outputs));
  }
}

void require_normalizable(const Graph& graph, const Frozen& frozen, std::int64_t images,
                          std::int64_t most) {
  for (const Node& node : graph.nodes) {
    const bool norm = std::holds_alternative<BatchNormOp>(node.op);
    if (!norm || keeps_statistics(node.buffers, frozen)) continue;
    const Shape& shape = graph.output_of(node);
    if (images * element_count(shape) <= shape[0]) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: one value a channel in a batch of {}, want more to normalise by",
                              node.layer->text(), images));
    }
    if (images <= most) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("a batch of {} images, but the trainer was made for {} and the "
                            "network normalises over the batch",
                            images, most));
  }
}

PackForward::PackForward(const Sequential& net, int threads, ArenaUse use, const Frozen& frozen)
    : PackForward(net, cpu::Plan(built(net), frozen), threads, use) {}

PackForward::PackForward(const Sequential& net, cpu::Plan plan, int threads, ArenaUse use)
    : net_(net),
      plan_(std::move(plan)),
      values_size_(use == ArenaUse::kEvaluation
                       ? plan_.evaluation().size
                       : std::max(plan_.arena_size(), plan_.evaluation().size)),
      packed_(plan_.packed_size()) {
  for (int i = 0; i < threads; ++i) arenas_.emplace_back(arena_size());
  pack();
}

PackTargets PackForward::gather(const Batch& batch, std::int64_t pack, float* arena,
                                float* x) const {
  const std::int64_t first = pack * kPack, count = std::min(kPack, batch.size() - first);
  const std::int64_t size = element_count(net_.input_shape());
  const Mixes mixes = mixes_of(batch, first, count);
  if (!batch.data()) {
    gather_floats(batch, first, count, size, x);
  } else if (batch.data()->has_bytes()) {
    auto* scratch = reinterpret_cast<std::uint8_t*>(arena + values_size_);
    gather_bytes(batch, first, count, size, mixes, scratch, x);
  } else {
    gather_rows(batch, first, count, size, x);
  }
  if (batch.data()) standardize(net_.normalization(), size, kPack, x);
  return targets_of(batch, first, count, mixes);
}

PackTargets PackForward::forward(const Batch& batch, std::int64_t pack, int thread) {
  float* const memory = arena(thread);
  const PackTargets targets = gather(batch, pack, memory, memory + plan_.evaluation().input());
  plan_.evaluate({.parameters = net_.parameters(),
                  .packed = packed_.data(),
                  .arena = memory,
                  .images = targets.count});
  return targets;
}

}  // namespace lenet
