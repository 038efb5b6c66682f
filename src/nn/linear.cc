#include <fmt/format.h>

#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/torch_inputs.h"
#include "nn/user_layer.h"
#include "nn/weight_matrix.h"
#include "nn/window.h"

namespace lenet {
Linear::Linear(const Options& options) : LibraryLayer(LinearOp{options.bias}), options_(options) {
  require_at_least(1, options_.out_features, text(), "out_features");
}

std::string Linear::text() const {
  return fmt::format("Linear({}{})", options_.out_features, options_.bias ? "" : ", bias=False");
}

Operation Linear::operation() const { return exactly(*this, op_); }

Shape Linear::infer(const Shape& input) {
  if (input.size() != 1) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: the input has shape {}, want one number of "
                                               "features; put a Flatten before it",
                                               text(), to_string(input)));
  }
  require_inputs(options_.in_features, input, text(), "features");
  return inferred(input, {options_.out_features});
}

std::vector<ParameterInfo> Linear::parameters() const {
  return weight_and_bias({options_.out_features, channels(), options_.bias},
                         {options_.out_features, channels()});
}

std::int64_t Linear::multiply_adds() const { return channels() * options_.out_features; }

}  // namespace lenet
