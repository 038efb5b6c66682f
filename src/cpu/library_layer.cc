#include "lenet/library_layer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/aligned.h"
#include "cpu/make_stage.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// A stage for one pass, with its weights packed.
struct PackedStage {
  PackedStage(const Layer& layer, const Operation& op, const Shape& input, const Shape& output,
              std::span<const float> parameters)
      : stage(checked(layer, op, input, output, std::ssize(parameters))),
        packed(stage->traits().packed_size) {
    for (const cpu::UpdatePart& part : stage->traits().parts) {
      stage->pack_weights(part, parameters, packed.data());
    }
  }

  static std::unique_ptr<cpu::CpuStage> checked(const Layer& layer, const Operation& op,
                                                const Shape& input, const Shape& output,
                                                std::int64_t parameters) {
    cpu::MadeStage made = cpu::make_stage(op, {layer, input, output, parameters});
    if (!made.norm) return std::move(made.stage);
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: a pass of one pack has no statistics of the batch; train or "
                            "evaluate a network with it",
                            layer.text()));
  }

  std::unique_ptr<cpu::CpuStage> stage;
  AlignedFloats packed;
};

/// Floats of the parameters that the stage knows.
std::int64_t known_parameters(const cpu::CpuStage& stage) {
  std::int64_t known = 0;
  for (const cpu::UpdatePart& part : stage.traits().parts) {
    known = std::max({known, part.weight.last, part.bias.last});
  }
  return known;
}

}  // namespace

void LibraryLayer::forward(const ForwardPass& pass) const {
  const PackedStage at(*this, op_, input_, output_, pass.parameters);
  at.stage->forward({.parameters = pass.parameters,
                     .packed = at.packed.data(),
                     .x = const_cast<float*>(pass.x),  // changed by an input_activation alone
                     .y = pass.y,
                     .random = pass.random});
}

void LibraryLayer::backward(const BackwardPass& pass) const {
  const PackedStage at(*this, op_, input_, output_, pass.parameters);
  at.stage->backward({.parameters = pass.parameters,
                      .packed = at.packed.data(),
                      .x = pass.x,
                      .dy = pass.dy,
                      .dx = pass.dx,
                      .dparameters = pass.dparameters,
                      .images = pass.images,
                      .random = pass.random,
                      .trains = pass.trains});
  if (!pass.trains) return;
  const auto known = static_cast<std::size_t>(known_parameters(*at.stage));
  std::ranges::fill(pass.dparameters.subspan(std::min(known, pass.dparameters.size())), 0.0f);
}

}  // namespace lenet
