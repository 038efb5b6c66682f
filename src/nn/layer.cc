#include "lenet/layer.h"

#include <cassert>

namespace lenet {

Operation Layer::operation() const { return UserOp(); }

void Layer::prepare(const UpdatePart&, std::span<const float>, float*) const {}

void Layer::forward_image(const ImagePass&) const {
  assert(false && "a layer with image_scratch() defines forward_image()");
}

std::vector<UpdatePart> Layer::update_parts() const {
  std::int64_t size = 0;
  for (const ParameterInfo& p : parameters()) size += element_count(p.shape);
  if (size == 0) return {};
  return {UpdatePart{.first_row = 0, .last_row = 1, .weight = {0, size}, .bias = {}}};
}

void Layer::gradient_part(const UpdatePart&, const BatchPanels&, bool, std::span<float>) const {
  assert(false && "a layer with gradient_over_batch() defines gradient_part()");
}

}  // namespace lenet
