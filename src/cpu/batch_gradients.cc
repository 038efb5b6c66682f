#include "cpu/batch_gradients.h"

#include <algorithm>

#include "base/packs.h"
#include "cpu/plan.h"

namespace lenet::cpu {
namespace {

bool is_over_batch(const PlannedStage& stage) { return stage.traits().gradient_over_batch; }

/// sum = slot 0 + slot 1 + ... in that order, on top of sum itself if `accumulate`. Slot i starts
/// at slots + i * stride.
void sum_slots(const float* slots, std::int64_t stride, std::int64_t count, bool accumulate,
               std::span<float> sum) {
  if (!accumulate) std::ranges::fill(sum, 0.0f);
  for (std::int64_t slot = 0; slot < count; ++slot, slots += stride) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += slots[i];
  }
}

}  // namespace

BatchGradients::BatchGradients(const Plan& plan, std::int64_t packs)
    : packs_(packs),
      slot_size_(plan.slot_size()),
      slots_(packs * slot_size_),
      panels_(plan.panels() * packs * kPack * kPack) {}

std::span<float> BatchGradients::slot(const PlannedStage& stage, std::int64_t pack) {
  if (is_over_batch(stage)) return {};
  const auto [first, last] = stage.node.parameters;
  return {slots_.data() + pack * slot_size_ + stage.slot, static_cast<std::size_t>(last - first)};
}

PanelRows BatchGradients::rows(const PlannedStage& stage, std::int64_t pack) {
  if (!is_over_batch(stage)) return {};
  const std::int64_t stride = packs_ * kPack * kPack, row = pack * kPack * kPack;
  return {.x = panels_.data() + stage.x_panels * stride + row,
          .dy = panels_.data() + stage.dy_panels * stride + row,
          .stride = stride};
}

void BatchGradients::sum(const PlannedStage& stage, const UpdatePart& part,
                         std::span<const ParameterRange> ranges, std::int64_t images,
                         bool accumulate, std::span<float> gradient) const {
  if (is_over_batch(stage)) {
    const std::int64_t stride = packs_ * kPack * kPack;
    return stage.cpu->gradient_part(part,
                                    {.x = panels_.data() + stage.x_panels * stride,
                                     .dy = panels_.data() + stage.dy_panels * stride,
                                     .stride = stride,
                                     .images = images},
                                    accumulate, part_of(gradient, stage.node.parameters));
  }
  for (const ParameterRange& range : ranges) {
    sum_slots(slots_.data() + stage.slot + range.first - stage.node.parameters.first, slot_size_,
              packs_of(images), accumulate, part_of(gradient, range));
  }
}

}  // namespace lenet::cpu
