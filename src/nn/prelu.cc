#include <fmt/format.h>

#include <cmath>

#include "base/require.h"
#include "lenet/activation_layers.h"

namespace lenet {

PReLU::PReLU(const Options& options)
    : LibraryLayer(PReLUOp{options.num_parameters}), options_(options) {
  constexpr std::int64_t kMost = (1 << 20) - 1;
  require(
      options.num_parameters >= 1 && options.num_parameters <= kMost,
      fmt::format("{}: num_parameters is {}, want 1 to {}", text(), options.num_parameters, kMost));
  require(std::isfinite(static_cast<float>(options.init)),
          fmt::format("{}: init is {}, want a finite float", text(), options.init));
}

std::string PReLU::text() const {
  const bool one = options_.num_parameters == 1, usual = options_.init == Options().init;
  if (one && usual) return "PReLU";
  if (one) return fmt::format("PReLU(init={})", options_.init);
  if (usual) return fmt::format("PReLU({})", options_.num_parameters);
  return fmt::format("PReLU({}, init={})", options_.num_parameters, options_.init);
}

Shape PReLU::infer(const Shape& input) {
  require(options_.num_parameters == 1 || options_.num_parameters == input[0],
          fmt::format("{}: num_parameters is {}, want 1 or the {} channels of its input {}", text(),
                      options_.num_parameters, input[0], to_string(input)));
  return inferred(input, input);
}

std::vector<ParameterInfo> PReLU::parameters() const {
  return {{.name = "weight",
           .shape = {options_.num_parameters},
           .initial = static_cast<float>(options_.init),
           .kind = ParameterInfo::Kind::kOther}};
}

}  // namespace lenet
