#include "io/onnx_elementwise.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/function_formula.h"

namespace lenet::onnx {
namespace {

using Numbers = const double*;

constexpr Elementwise kElementwise[] = {
    {"Add", 2, 2, [](const Operator&, Numbers x) { return x[0] + x[1]; }},
    {"Sub", 2, 2, [](const Operator&, Numbers x) { return x[0] - x[1]; }},
    {"Mul", 2, 2, [](const Operator&, Numbers x) { return x[0] * x[1]; }},
    {"Div", 2, 2, [](const Operator&, Numbers x) { return x[0] / x[1]; }},
    {"Pow", 2, 2, [](const Operator&, Numbers x) { return std::pow(x[0], x[1]); }},
    {"Max", 2, 2, [](const Operator&, Numbers x) { return std::max(x[0], x[1]); }},
    {"Min", 2, 2, [](const Operator&, Numbers x) { return std::min(x[0], x[1]); }},
    {"Sqrt", 1, 1, [](const Operator&, Numbers x) { return std::sqrt(x[0]); }},
    {"Reciprocal", 1, 1, [](const Operator&, Numbers x) { return 1 / x[0]; }},
    {"Erf", 1, 1, [](const Operator&, Numbers x) { return std::erf(x[0]); }},
    {"Exp", 1, 1, [](const Operator&, Numbers x) { return std::exp(x[0]); }},
    {"Log", 1, 1, [](const Operator&, Numbers x) { return std::log(x[0]); }},
    {"Relu", 1, 1, [](const Operator&, Numbers x) { return std::max(x[0], 0.0); }},
    {"Tanh", 1, 1, [](const Operator&, Numbers x) { return std::tanh(x[0]); }},
    {"Sigmoid", 1, 1, [](const Operator&, Numbers x) { return sigmoid(x[0]); }},
    {"Softplus", 1, 1, [](const Operator&, Numbers x) { return std::log1p(std::exp(x[0])); }},
    {"HardSigmoid", 1, 1,
     [](const Operator& o, Numbers x) {
       const double y = static_cast<double>(o.number("alpha", 0.2f)) * x[0] +
                        static_cast<double>(o.number("beta", 0.5f));
       return std::clamp(y, 0.0, 1.0);
     }},
    {"Clip", 1, 3, [](const Operator& o, Numbers x) {
       const double least = o.has("min") ? static_cast<double>(o.number("min", 0)) : x[1];
       const double most = o.has("max") ? static_cast<double>(o.number("max", 0)) : x[2];
       return std::min(std::max(x[0], least), most);
     }}};

}  // namespace

const Elementwise* find_elementwise(const Node& node) {
  if ((!node.domain.empty() && node.domain != "ai.onnx") || node.outputs.size() != 1) {
    return nullptr;
  }
  const auto* found = std::ranges::find(kElementwise, node.op, &Elementwise::op);
  const bool fits = found != std::end(kElementwise) && node.inputs.size() >= found->least &&
                    node.inputs.size() <= found->most;
  return fits ? found : nullptr;
}

}  // namespace lenet::onnx
