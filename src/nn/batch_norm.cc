#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/torch_inputs.h"

namespace lenet {

BatchNorm::BatchNorm(const char* name, std::size_t dimensions, const Options& options)
    : LibraryLayer(BatchNormOp{options.eps, options.momentum, options.affine}),
      name_(name),
      dimensions_(dimensions),
      options_(options) {
  if (!(options.eps > 0) || !std::isfinite(options.eps)) {
    throw Error(ErrorKind::kUsage, fmt::format("eps is {}, want a number above 0", options.eps));
  }
  if (!(options.momentum >= 0 && options.momentum <= 1)) {
    throw Error(ErrorKind::kUsage, fmt::format("momentum is {}, want 0 to 1", options.momentum));
  }
}

std::string BatchNorm::text() const {
  const Options usual;
  std::vector<std::string> arguments;
  if (options_.eps != usual.eps) arguments.push_back(fmt::format("eps={}", options_.eps));
  if (options_.momentum != usual.momentum) {
    arguments.push_back(fmt::format("momentum={}", options_.momentum));
  }
  if (!options_.affine) arguments.push_back("affine=False");
  return arguments.empty() ? name_ : fmt::format("{}({})", name_, fmt::join(arguments, ", "));
}

Shape BatchNorm::infer(const Shape& input) {
  if (input.size() != dimensions_) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: input has shape {}, want {}", name_, to_string(input),
                            dimensions_ == 3 ? "(channels, height, width)" : "(features)"));
  }
  require_inputs(options_.num_features, input, text(), dimensions_ == 3 ? "channels" : "features");
  return inferred(input, input);
}

std::vector<ParameterInfo> BatchNorm::parameters() const {
  if (!options_.affine) return {};
  using Kind = ParameterInfo::Kind;
  const Shape shape = {channels()};
  return {{.name = "weight", .shape = shape, .initial = 1, .kind = Kind::kOther},
          {.name = "bias", .shape = shape, .kind = Kind::kBias}};
}

std::vector<ParameterInfo> BatchNorm::buffers() const {
  return {{.name = "running_mean", .shape = {channels()}},
          {.name = "running_var", .shape = {channels()}, .initial = 1}};
}

}  // namespace lenet
