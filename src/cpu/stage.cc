#include "cpu/stage.h"

#include <cassert>

namespace lenet::cpu {

void CpuStage::forward_image(const ImageForward&) const {
  assert(false && "a stage with image_scratch defines forward_image()");
}

void CpuStage::pack_weights(const UpdatePart&, std::span<const float>, float*) const {}

void CpuStage::gradient_part(const UpdatePart&, const BatchPanels&, bool, std::span<float>) const {
  assert(false && "a stage with gradient_over_batch defines gradient_part()");
}

std::vector<UpdatePart> one_part(std::int64_t parameters) {
  if (parameters == 0) return {};
  return {UpdatePart{.first_row = 0, .last_row = 1, .weight = {0, parameters}, .bias = {}}};
}

}  // namespace lenet::cpu
