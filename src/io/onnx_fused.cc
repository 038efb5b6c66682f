#include "io/onnx_fused.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "base/function_formula.h"
#include "io/onnx_elementwise.h"
#include "io/onnx_norms.h"
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

/// The most nodes of a layer; PyTorch's longest, GELU by tanh, is of 8.
constexpr std::size_t kLongest = 12;

using Values = std::vector<double>;

/// Near 0, and where a bound that lies far out shows.
Values points() {
  Values points = {-500, -100, -20, 20, 100, 500};
  for (int k = -16; k <= 16; ++k) points.push_back(0.05 + 0.37 * k);
  return points;
}

/// Their variance, 1.1e-5, is of the size of an eps; from the first one it is solved.
const Values kClose = {0, 1e-3, 4e-3, 9e-3};

Values scaled(const Values& x, double factor) {
  Values y;
  for (const double v : x) y.push_back(factor * v);
  return y;
}

struct Moments {
  double mean, variance;

  explicit Moments(const Values& x) : mean(mean_of(x)) {
    Values squares;
    for (const double v : x) squares.push_back((v - mean) * (v - mean));
    variance = mean_of(squares);
  }
  static double mean_of(const Values& x) {
    return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
  }
};

/// (x - mean) / sqrt(variance + eps).
Values layer_norm(const Values& x, double eps) {
  const Moments of(x);
  Values y;
  for (const double v : x) y.push_back((v - of.mean) / std::sqrt(of.variance + eps));
  return y;
}

/// The eps of a LayerNorm that makes y of x, solved from their first numbers.
double eps_of(const Values& x, const Values& y) {
  const Moments of(x);
  const double deviation = (x[0] - of.mean) / y[0];
  return deviation * deviation - of.variance;
}

bool is_near(const Values& got, const Values& want) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (!(std::abs(got[i] - want[i]) <= 1e-6 * (1 + std::abs(want[i])))) return false;
  }
  return true;
}

using Axes = std::vector<std::int64_t>;

/// What a LayerNorm is made of beside means: no function that could be hidden where the points do
/// not see it.
bool is_arithmetic(std::string_view op) {
  constexpr std::string_view kOps[] = {"Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Reciprocal"};
  return std::ranges::find(kOps, op) != std::end(kOps);
}

class Search {
 public:
  explicit Search(const Graph& graph) : graph_(graph) {
    for (const Tensor& tensor : graph.initializers) add_number(tensor.name, tensor);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) add_node(i);
    for (const Value& output : graph.outputs) ++reads_[output.name];
  }

  /// From the end, as what is found there may hold what is one by itself: x Hardsigmoid(x).
  FusedNodes all() {
    FusedNodes found;
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      if (taken_.contains(i)) continue;
      std::optional<Fused> fused = ending_at(i);
      if (!fused) continue;
      taken_.insert(fused->nodes.begin(), fused->nodes.end());
      const std::size_t first = fused->nodes.front();
      found.emplace(first, *std::move(fused));
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
  /// above them all and they make of it what a layer does.
  std::optional<Fused> ending_at(std::size_t last) const try {
    std::vector<std::size_t> nodes = {last};
    while (nodes.size() <= kLongest && is_computed(nodes.back())) {
      const std::map<std::string_view, std::int64_t> above = read_above(nodes);
      if (above.empty()) return std::nullopt;
      if (above.size() == 1 && nodes.size() > 1) {
        if (std::optional<Fused> layer = layer_of(above.begin()->first, nodes)) return layer;
      }
      const std::optional<std::size_t> next = latest(above);
      if (!next || *next >= nodes.back() || taken_.contains(*next)) return std::nullopt;
      nodes.push_back(*next);
    }
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // an attribute of another type, refused with its node
  }

  /// The mean over axes of each image, which stay as sizes of 1.
  bool is_mean(const Node& node) const {
    const Constants none;
    return node.op == "ReduceMean" && node.inputs.size() == 1 && node.outputs.size() == 1 &&
           !node.inputs[0].empty() && !numbers_.contains(node.inputs[0]) &&
           Operator(node, none).integer("keepdims", 1) == 1;
  }

  /// A node of what comes before it, as all of a sound file are.
  bool is_computed(std::size_t number) const {
    const Node& node = graph_.nodes[number];
    const auto is_made_before = [&](std::string_view input) {
      const auto made = made_by_.find(input);
      return made == made_by_.end() || made->second < number;
    };
    return (find_elementwise(node) || is_mean(node)) &&
           std::ranges::all_of(node.inputs, is_made_before);
  }

  /// Of numbers alone: it is a constant, and no part of a layer.
  bool is_constant(const Node& node) const {
    return std::ranges::all_of(node.inputs, [&](std::string_view input) {
      return input.empty() || numbers_.contains(input);
    });
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

  /// What the nodes, the last first, do to the value x, if it is sought.
  std::optional<Fused> layer_of(std::string_view x, const std::vector<std::size_t>& nodes) const {
    std::optional<Fused> layer =
        std::ranges::any_of(nodes, [&](std::size_t i) { return is_mean(graph_.nodes[i]); })
            ? layer_norm_of(x, nodes)
            : function_of(x, nodes);
    if (!layer) return std::nullopt;
    layer->input = x;
    for (const std::size_t node : nodes) {
      if (!is_constant(graph_.nodes[node])) layer->nodes.push_back(node);
    }
    std::ranges::reverse(layer->nodes);
    return layer;
  }

  std::optional<Fused> function_of(std::string_view x,
                                   const std::vector<std::size_t>& nodes) const {
    const auto gives = [&](const Sought& sought, const Values& at) {
      Values want;
      for (const double v : at) want.push_back(function_value({sought.kind}, v));
      return is_near(values_at(at, x, nodes), want);
    };
    for (const Sought& sought : kSought) {  // most nodes are none, as one point shows
      if (!gives(sought, {0.42}) || !gives(sought, points())) continue;
      return Fused{[make = sought.make](Chain& chain) { chain.add(make()); }};
    }
    return std::nullopt;
  }

  /// Where the variance is far from eps, above and below, and near it.
  std::optional<Fused> layer_norm_of(std::string_view x,
                                     const std::vector<std::size_t>& nodes) const {
    const std::optional<Axes> axes = axes_of(nodes);
    const auto is_allowed = [&](std::size_t i) {
      return is_mean(graph_.nodes[i]) || is_arithmetic(graph_.nodes[i].op);
    };
    if (!axes || !std::ranges::all_of(nodes, is_allowed)) return std::nullopt;
    const double eps = eps_of(kClose, values_at(kClose, x, nodes));
    if (!(eps >= 1e-12 && eps <= 1)) return std::nullopt;
    for (const double factor : {1e-3, 0.1, 1.0, 10.0, 100.0, 1e5}) {
      const Values at = scaled(kClose, factor);
      if (!is_near(values_at(at, x, nodes), layer_norm(at, eps))) return std::nullopt;
    }
    return Fused{[axes = *axes, eps](Chain& chain) { add_layer_norm(axes, eps, chain); }};
  }

  /// Those over which the nodes' means are, where all name the same.
  std::optional<Axes> axes_of(const std::vector<std::size_t>& nodes) const {
    const Constants none;
    std::optional<Axes> axes;
    for (const std::size_t number : nodes) {
      const Node& node = graph_.nodes[number];
      if (!is_mean(node)) continue;
      const Axes own = Operator(node, none).integers("axes");
      if (own.empty() || (axes && *axes != own)) return std::nullopt;
      axes = own;
    }
    return axes;
  }

  /// What the nodes make of an x of these values.
  Values values_at(const Values& at, std::string_view x,
                   const std::vector<std::size_t>& nodes) const {
    std::map<std::string_view, Values> values = {{x, at}};
    for (std::size_t i = nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[nodes[i]];
      values[node.outputs[0]] = is_mean(node)
                                    ? Values(at.size(), Moments::mean_of(values.at(node.inputs[0])))
                                    : values_of(node, values, at.size());
    }
    return values.at(graph_.nodes[nodes.front()].outputs[0]);
  }

  /// What an elementwise node gives.
  Values values_of(const Node& node, const std::map<std::string_view, Values>& values,
                   std::size_t count) const {
    Values operands[] = {Values(count, 0), Values(count, -INFINITY), Values(count, INFINITY)};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string_view input = node.inputs[i];
      if (input.empty()) continue;
      const auto number = numbers_.find(input);
      operands[i] = number == numbers_.end() ? values.at(input) : Values(count, number->second);
    }
    const Elementwise& by = *find_elementwise(node);
    const Constants none;
    Values result;
    for (std::size_t k = 0; k < count; ++k) {
      const double of_one[] = {operands[0][k], operands[1][k], operands[2][k]};
      result.push_back(by.value(Operator(node, none), of_one));
    }
    return result;
  }

  const Graph& graph_;
  std::map<std::string_view, double> numbers_;       ///< constants
  std::map<std::string_view, std::int64_t> reads_;   ///< of each value, by nodes and as an output
  std::map<std::string_view, std::size_t> made_by_;  ///< the node that gives it
  std::set<std::size_t> taken_;                      ///< nodes of those found
};

}  // namespace

FusedNodes fused_in(const Graph& graph) { return Search(graph).all(); }

}  // namespace lenet::onnx
