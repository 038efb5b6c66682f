#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <utility>

#include "base/require.h"
#include "lenet/norm_layers.h"

namespace lenet {
namespace {

GroupNormOp operation_of(const LayerNorm::Options& o) {
  return {.groups = 1,
          .eps = o.eps,
          .weight = o.elementwise_affine,
          .bias = o.elementwise_affine && o.bias,
          .by_element = true};
}

void require_eps(double eps, const std::string& layer) {
  require(eps > 0 && std::isfinite(eps),
          fmt::format("{}: eps is {}, want a number above 0", layer, eps));
}

std::vector<ParameterInfo> weight_and_bias(const GroupNormOp& op, const Shape& shape) {
  using Kind = ParameterInfo::Kind;
  std::vector<ParameterInfo> parameters;
  if (op.weight) {
    parameters.push_back({.name = "weight", .shape = shape, .initial = 1, .kind = Kind::kOther});
  }
  if (op.bias) parameters.push_back({.name = "bias", .shape = shape, .kind = Kind::kBias});
  return parameters;
}

}  // namespace

GroupNorm::GroupNorm(const Options& options)
    : LibraryLayer(GroupNormOp{.groups = options.num_groups,
                               .eps = options.eps,
                               .weight = options.affine,
                               .bias = options.affine}),
      options_(options) {
  constexpr std::int64_t kMostGroups = (1 << 20) - 1;
  require(
      options.num_groups >= 1 && options.num_groups <= kMostGroups,
      fmt::format("{}: num_groups is {}, want 1 to {}", text(), options.num_groups, kMostGroups));
  require_eps(options.eps, text());
}

std::string GroupNorm::text() const {
  std::vector<std::string> arguments = {fmt::format("{}", options_.num_groups)};
  if (options_.eps != Options{1}.eps) arguments.push_back(fmt::format("eps={}", options_.eps));
  if (!options_.affine) arguments.push_back("affine=False");
  return fmt::format("GroupNorm({})", fmt::join(arguments, ", "));
}

Shape GroupNorm::infer(const Shape& input) {
  require(options_.num_channels == 0 || options_.num_channels == input[0],
          fmt::format("{}: num_channels is {}, but {} arrives", text(), options_.num_channels,
                      to_string(input)));
  require(input[0] % options_.num_groups == 0,
          fmt::format("{}: num_groups is {}, want a divisor of the {} channels of its input {}",
                      text(), options_.num_groups, input[0], to_string(input)));
  return inferred(input, input);
}

std::vector<ParameterInfo> GroupNorm::parameters() const {
  return weight_and_bias(std::get<GroupNormOp>(op_), {channels()});
}

LayerNorm::LayerNorm(const Options& options)
    : LibraryLayer(operation_of(options)), options_(options) {
  require_eps(options.eps, text());
}

std::string LayerNorm::text() const {
  std::vector<std::string> arguments;
  if (options_.eps != Options().eps) arguments.push_back(fmt::format("eps={}", options_.eps));
  if (!options_.elementwise_affine) {
    arguments.push_back("elementwise_affine=False");
  } else if (!options_.bias) {
    arguments.push_back("bias=False");
  }
  if (arguments.empty()) return "LayerNorm";
  return fmt::format("LayerNorm({})", fmt::join(arguments, ", "));
}

Shape LayerNorm::infer(const Shape& input) {
  const Shape& wanted = options_.normalized_shape;
  require(wanted.empty() || wanted == input,
          fmt::format("{}: normalized_shape is ({}), but {} arrives, want all of its sizes", text(),
                      fmt::join(wanted, ", "), to_string(input)));
  return inferred(input, input);
}

std::vector<ParameterInfo> LayerNorm::parameters() const {
  return weight_and_bias(std::get<GroupNormOp>(op_), input_);
}

}  // namespace lenet
