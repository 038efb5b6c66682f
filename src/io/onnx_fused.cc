#include "io/onnx_fused.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
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

/// Of which eps is a large part of the variance.
constexpr double kClose[] = {0, 1e-3, 4e-3, 9e-3};

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

/// The mean over axes of each image, which stay as sizes of 1.
bool is_mean(const Node& node) {
  const Constants none;
  return node.op == "ReduceMean" && node.inputs.size() == 1 && node.outputs.size() == 1 &&
         Operator(node, none).integer("keepdims", 1) == 1;
}

bool is_computed(const Node& node) { return find_elementwise(node) || is_mean(node); }

using Axes = std::vector<std::int64_t>;

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
  std::optional<Fused> ending_at(std::size_t last) const {
    std::vector<std::size_t> nodes = {last};
    while (nodes.size() <= kLongest && is_computed(graph_.nodes[nodes.back()])) {
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
    const std::optional<Axes> axes = axes_of(nodes);
    if (!axes) return std::nullopt;
    const Values at = points(), got = values_at(at, x, nodes);
    std::vector<std::size_t> in_order = {nodes.rbegin(), nodes.rend()};
    if (!axes->empty()) {
      const Values close = {std::begin(kClose), std::end(kClose)};
      const double eps = eps_of(close, values_at(close, x, nodes));
      if (!(eps > 0) || !is_near(got, layer_norm(at, eps))) return std::nullopt;
      const auto add = [axes = *axes, eps](Chain& chain) { add_layer_norm(axes, eps, chain); };
      return Fused{add, x, std::move(in_order)};
    }
    for (const Sought& sought : kSought) {
      Values want;
      for (const double v : at) want.push_back(function_value({sought.kind}, v));
      if (!is_near(got, want)) continue;
      const auto add = [make = sought.make](Chain& chain) { chain.add(make()); };
      return Fused{add, x, std::move(in_order)};
    }
    return std::nullopt;
  }

  /// Those over which the nodes' means are; empty without any, nothing where they differ.
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
    return axes ? axes : Axes();
  }

  /// What the nodes make of an x of these values.
  Values values_at(const Values& at, std::string_view x,
                   const std::vector<std::size_t>& nodes) const {
    std::map<std::string_view, Values> values = {{x, at}};
    for (std::size_t i = nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[nodes[i]];
      Values& result = values[node.outputs[0]];
      if (is_mean(node)) {
        result.assign(at.size(), Moments::mean_of(values.at(node.inputs[0])));
        continue;
      }
      for (std::size_t k = 0; k < at.size(); ++k) result.push_back(value_of(node, values, k));
    }
    return values.at(graph_.nodes[nodes.front()].outputs[0]);
  }

  /// Number k of what a node gives.
  double value_of(const Node& node, const std::map<std::string_view, Values>& values,
                  std::size_t k) const {
    const Constants none;
    double operands[3] = {0, -INFINITY, INFINITY};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string_view input = node.inputs[i];
      if (input.empty()) continue;
      const auto number = numbers_.find(input);
      operands[i] = number == numbers_.end() ? values.at(input)[k] : number->second;
    }
    return find_elementwise(node)->value(Operator(node, none), operands);
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
