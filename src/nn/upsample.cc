#include <fmt/format.h>

#include "base/require.h"
#include "lenet/layers.h"
#include "nn/window.h"

namespace lenet {

Upsample::Upsample(const Size2d& scale_factor) : LibraryLayer(UpsampleOp{scale_factor}) {
  require_at_least(1, scale_factor, text(), "scale_factor");
}

std::string Upsample::text() const {
  return fmt::format("Upsample({})", to_string(std::get<UpsampleOp>(op_).scale));
}

Shape Upsample::infer(const Shape& input) {
  require_image(input, text());
  const Size2d& scale = std::get<UpsampleOp>(op_).scale;
  return inferred(input, {input[0], input[1] * scale.height, input[2] * scale.width});
}

}  // namespace lenet
