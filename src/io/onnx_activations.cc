#include "io/onnx_activations.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "base/function_formula.h"
#include "io/onnx_operator.h"
#include "lenet/activation_layers.h"

namespace lenet::onnx {
namespace {

using Kind = Function::Kind;

template <class L>
std::unique_ptr<Layer> make() {
  return std::make_unique<L>();
}

std::unique_ptr<Layer> make_gelu_tanh() { return std::make_unique<GELU>(GELU::Approximate::kTanh); }

/// Those that some opset has no operator for.
struct Sought {
  Kind kind;
  std::unique_ptr<Layer> (*make)();
};
constexpr Sought kSought[] = {{Kind::kSiLU, make<SiLU>},
                              {Kind::kScaledTanh, make<ScaledTanh>},
                              {Kind::kHardsigmoid, make<Hardsigmoid>},
                              {Kind::kHardswish, make<Hardswish>},
                              {Kind::kMish, make<Mish>},
                              {Kind::kGELU, make<GELU>},
                              {Kind::kGELUTanh, make_gelu_tanh}};

/// The most nodes of a function; PyTorch's longest, GELU by tanh, is of 8.
constexpr std::size_t kLongest = 12;

/// Where a bound that lies far out shows.
constexpr double kFar[] = {-500, -100, -20, 20, 100, 500};

/// An operator that takes each number by itself. It sees three operands; of those that the node
/// does not have the lower bound of a Clip is -infinity, and the upper infinity.
struct Elementwise {
  std::string_view op;
  std::size_t least, most;  ///< operands
  double (*value)(const Operator& o, const double* x);
};

using Numbers = const double*;

constexpr Elementwise kElementwise[] = {
    {"Add", 2, 2, [](const Operator&, Numbers x) { return x[0] + x[1]; }},
    {"Sub", 2, 2, [](const Operator&, Numbers x) { return x[0] - x[1]; }},
    {"Mul", 2, 2, [](const Operator&, Numbers x) { return x[0] * x[1]; }},
    {"Div", 2, 2, [](const Operator&, Numbers x) { return x[0] / x[1]; }},
    {"Pow", 2, 2, [](const Operator&, Numbers x) { return std::pow(x[0], x[1]); }},
    {"Max", 2, 2, [](const Operator&, Numbers x) { return std::max(x[0], x[1]); }},
    {"Min", 2, 2, [](const Operator&, Numbers x) { return std::min(x[0], x[1]); }},
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

const Elementwise* find_elementwise(const Node& node) {
  if ((!node.domain.empty() && node.domain != "ai.onnx") || node.outputs.size() != 1) {
    return nullptr;
  }
  const auto* found = std::ranges::find(kElementwise, node.op, &Elementwise::op);
  const bool fits = found != std::end(kElementwise) && node.inputs.size() >= found->least &&
                    node.inputs.size() <= found->most;
  return fits ? found : nullptr;
}

class Search {
 public:
  explicit Search(const Graph& graph) : graph_(graph) {
    for (const Tensor& tensor : graph.initializers) add_number(tensor.name, tensor);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) add_node(i);
    for (const Value& output : graph.outputs) ++reads_[output.name];
  }

  /// From the end, as what is found there may hold what is one by itself: x Hardsigmoid(x).
  Activations all() {
    Activations found;
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      if (taken_.contains(i)) continue;
      std::optional<Activation> activation = ending_at(i);
      if (!activation) continue;
      taken_.insert(activation->nodes.begin(), activation->nodes.end());
      const std::size_t first = activation->nodes.front();
      found.emplace(first, *std::move(activation));
    }
    return found;
  }

 private:
  void add_number(std::string_view name, const Tensor& tensor) try {
    const bool one = tensor.dims.empty() || tensor.dims == Shape{1};
    if (one && holds_floats(tensor)) numbers_.emplace(name, read_floats(tensor)[0]);
  } catch (const Error&) {
    // Refused with the node that reads it, if one does.
  }

  void add_node(std::size_t number) {
    const Node& node = graph_.nodes[number];
    for (const std::string_view input : node.inputs) ++reads_[input];
    for (const std::string_view output : node.outputs) made_by_.emplace(output, number);
    if (node.op != "Constant" || node.outputs.size() != 1) return;
    for (const Attribute& a : node.attributes) {
      if (a.name == "value" && a.tensor) add_number(node.outputs[0], *a.tensor);
      if (a.name == "value_float" && a.number) numbers_.emplace(node.outputs[0], *a.number);
    }
  }

  /// Goes up from a node, always to the latest that the nodes so far read, until one value alone is
  /// above them all and they are a function of it that is sought.
  std::optional<Activation> ending_at(std::size_t last) const {
    std::vector<std::size_t> nodes = {last};
    while (nodes.size() <= kLongest && find_elementwise(graph_.nodes[nodes.back()])) {
      const std::map<std::string_view, std::int64_t> above = read_above(nodes);
      if (above.empty()) return std::nullopt;
      if (above.size() == 1 && nodes.size() > 1) {
        const std::string_view x = above.begin()->first;
        if (const Sought* sought = function_of(x, nodes)) {
          return Activation{sought->make, x, {nodes.rbegin(), nodes.rend()}};
        }
      }
      const std::optional<std::size_t> next = latest(above);
      if (!next || *next >= nodes.back() || taken_.contains(*next)) return std::nullopt;
      nodes.push_back(*next);
    }
    return std::nullopt;
  }

  /// What the nodes read beside numbers and one another, and how often.
  std::map<std::string_view, std::int64_t> read_above(const std::vector<std::size_t>& nodes) const {
    std::map<std::string_view, std::int64_t> above;
    for (const std::size_t node : nodes) {
      for (const std::string_view input : graph_.nodes[node].inputs) {
        if (!input.empty() && !numbers_.contains(input)) ++above[input];
      }
    }
    for (const std::size_t node : nodes) above.erase(graph_.nodes[node].outputs[0]);
    return above;
  }

  /// The node that gives the latest of these values; none if others than these read that.
  std::optional<std::size_t> latest(const std::map<std::string_view, std::int64_t>& above) const {
    std::optional<std::size_t> latest;
    for (const auto& [value, reads] : above) {
      const auto made = made_by_.find(value);
      if (made != made_by_.end() && made->second >= latest.value_or(0)) latest = made->second;
    }
    if (!latest || graph_.nodes[*latest].outputs.size() != 1) return std::nullopt;
    const std::string_view value = graph_.nodes[*latest].outputs[0];
    return above.at(value) == reads_.at(value) ? latest : std::nullopt;
  }

  /// What the nodes, the last first, make of the value x.
  const Sought* function_of(std::string_view x, const std::vector<std::size_t>& nodes) const {
    for (const Sought& sought : kSought) {
      const auto gives_it = [&](double at) {
        const double want = function_value({sought.kind}, at);
        return std::abs(value_at(at, x, nodes) - want) <= 1e-6 * (1 + std::abs(want));
      };
      int k = -16;
      while (k <= 16 && gives_it(0.05 + 0.37 * k)) ++k;
      if (k > 16 && std::ranges::all_of(kFar, gives_it)) return &sought;
    }
    return nullptr;
  }

  double value_at(double at, std::string_view x, const std::vector<std::size_t>& nodes) const {
    const Constants none;
    std::map<std::string_view, double> values = {{x, at}};
    for (std::size_t i = nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[nodes[i]];
      double operands[3] = {0, -INFINITY, INFINITY};
      for (std::size_t k = 0; k < node.inputs.size(); ++k) {
        const std::string_view input = node.inputs[k];
        if (input.empty()) continue;
        const auto number = numbers_.find(input);
        operands[k] = number == numbers_.end() ? values.at(input) : number->second;
      }
      values[node.outputs[0]] = find_elementwise(node)->value(Operator(node, none), operands);
    }
    return values.at(graph_.nodes[nodes.front()].outputs[0]);
  }

  const Graph& graph_;
  std::map<std::string_view, double> numbers_;       ///< constants
  std::map<std::string_view, std::int64_t> reads_;   ///< of each value, by nodes and as an output
  std::map<std::string_view, std::size_t> made_by_;  ///< the node that gives it
  std::set<std::size_t> taken_;                      ///< nodes of those found
};

}  // namespace

Activations activations_in(const Graph& graph) { return Search(graph).all(); }

}  // namespace lenet::onnx
