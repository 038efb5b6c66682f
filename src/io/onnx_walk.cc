#include "io/onnx_walk.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "base/function_formula.h"
#include "io/onnx_chain.h"
#include "io/onnx_constants.h"
#include "io/onnx_metadata.h"
#include "io/safetensors_header.h"
#include "lenet/error.h"

namespace lenet::onnx {
namespace {

/// Along the graph's nodes, from its input to its output.
class Walk {
 public:
  // No file holds more values than bytes, but small ones may use a constant twice.
  Walk(const Graph& graph, std::int64_t bytes, bool own)
      : graph_(graph),
        most_values_(std::max<std::int64_t>(bytes, 1 << 24)),
        folding_(constants_, shapes_, most_values_),
        chain_(start(own)) {}

  Sequential network() {
    std::span<const Node> rest = graph_.nodes;
    while (!rest.empty()) rest = rest.subspan(step(rest));
    require_one_output();
    return chain_.finish();
  }

 private:
  void require_one_output() const {
    if (graph_.outputs.size() == 1 && graph_.outputs[0].name == at_) return;
    std::vector<std::string> names;
    for (const Value& output : graph_.outputs) names.push_back(quoted_name(output.name));
    refuse(
        fmt::format("the chain of layers ends at {}, the graph has {} outputs ({}); want one, "
                    "the end of the chain",
                    quoted_name(at_), names.size(), fmt::join(names, ", ")));
  }

  Chain start(bool own) {
    for (const Tensor& tensor : graph_.initializers) {
      define(tensor.name);
      constants_.emplace(tensor.name, tensor);
    }
    const Value* input = nullptr;
    for (const Value& value : graph_.inputs) {
      if (constants_.contains(value.name)) continue;
      if (input) {
        refuse(fmt::format("two inputs without a value, {} and {}, want one",
                           quoted_name(input->name), quoted_name(value.name)));
      }
      input = &value;
    }
    if (!input) refuse("no input");
    define(at_ = input->name);
    shapes_.emplace(at_, input->dims.value_or(Shape()));
    return start_at(*input, own);
  }

  Chain start_at(const Value& input, bool own) const {
    const bool bytes = input.type == kUint8;
    if (!bytes && input.type != kFloat && input.type != kFloat16 && input.type != kDouble) {
      refuse(
          fmt::format("input {} has element type {}, want float (1), uint8 (2), float16 (10) or "
                      "double (11)",
                      quoted_name(input.name), input.type));
    }
    const Shape dims = input.dims.value_or(Shape());
    const bool known = dims.size() >= 2 && dims.size() <= 4 &&
                       std::all_of(dims.begin() + 1, dims.end(), [](auto d) { return d > 0; });
    if (!known) {
      refuse(
          fmt::format("input {} has shape [{}] (-1: free), want (N, channels, height, width), "
                      "(N, height, width) or (N, features), free at most in N",
                      quoted_name(input.name), fmt::join(dims, ", ")));
    }
    return Chain(dims[0], Shape(dims.begin() + 1, dims.end()), most_values_,
                 {.own = own, .bytes = bytes});
  }

  void define(std::string_view name) {
    if (defined_.insert(name).second) return;
    refuse(fmt::format("{} is defined twice", quoted_name(name)));
  }

  /// Takes the first nodes of `rest` that make one layer; returns how many.
  std::size_t step(std::span<const Node> rest) {
    const Node& node = rest[0];
    try {
      require_operator(node);
      if (take_constant(node)) return 1;
      if (softmax_) refuse("behind a Softmax or LogSoftmax, want that at the end");
      const std::size_t count = take_activation(rest);
      if (count == 0) take_layer(node);
      const Node& last = rest[count == 0 ? 0 : count - 1];
      if (last.outputs.empty()) refuse("no output");
      move_to(last.outputs[0]);
      for (const Node& taken : rest.first(count == 0 ? 1 : count)) {
        for (const auto& output : taken.outputs) {
          if (!output.empty()) define(output);
        }
      }
      return count == 0 ? 1 : count;
    } catch (const Error& e) {
      const auto number = static_cast<std::size_t>(&node - graph_.nodes.data());
      refuse(fmt::format("{}: {}", describe(node, number), e.what()));
    }
  }

  void move_to(std::string_view value) {
    at_ = value;
    Shape shape = chain_.dims();
    shape.insert(shape.begin(), chain_.batch());
    shapes_.emplace(value, std::move(shape));
  }

  static void require_operator(const Node& node) {
    if (node.domain.empty() || node.domain == "ai.onnx") return;
    refuse(
        fmt::format("of the domain {}, want an operator of ONNX itself", quoted_name(node.domain)));
  }

  bool take_constant(const Node& node) {
    std::optional<Tensor> constant = folding_.of(node);
    if (!constant) return false;
    if (node.outputs.size() != 1) refuse("want one output");
    define(node.outputs[0]);
    constants_.emplace(node.outputs[0], *std::move(constant));
    return true;
  }

  /// Whether `node` is this operator and takes exactly these values.
  static bool is(const Node& node, std::string_view op, std::string_view a, std::string_view b) {
    return node.op == op && node.inputs.size() == 2 &&
           ((node.inputs[0] == a && node.inputs[1] == b) ||
            (node.inputs[0] == b && node.inputs[1] == a));
  }

  /// Whether `node` multiplies the value by one constant number.
  bool scales(const Node& node, std::string_view value, float factor) const {
    if (node.op != "Mul" || node.inputs.size() != 2) return false;
    const bool first = node.inputs[0] == value;
    if (!first && node.inputs[1] != value) return false;
    const auto constant = constants_.find(node.inputs[first ? 1 : 0]);
    return constant != constants_.end() && constant->second.dims.empty() &&
           constant->second.type == kFloat && read_floats(constant->second)[0] == factor;
  }

  /// Activations of several nodes: x sigmoid(x), 1.7159 tanh(2 x / 3). 0 if here is none.
  std::size_t take_activation(std::span<const Node> rest) {
    const auto simple = [&](std::size_t i) {
      return i < rest.size() && rest[i].outputs.size() == 1 && !rest[i].inputs.empty();
    };
    if (simple(0) && simple(1) && rest[0].op == "Sigmoid" && rest[0].inputs[0] == at_ &&
        is(rest[1], "Mul", at_, rest[0].outputs[0])) {
      chain_.add(std::make_unique<SiLU>());
      return 2;
    }
    if (simple(0) && simple(1) && simple(2) && scales(rest[0], at_, kSlope<float>) &&
        rest[1].op == "Tanh" && rest[1].inputs[0] == rest[0].outputs[0] &&
        scales(rest[2], rest[1].outputs[0], kAmplitude<float>)) {
      chain_.add(std::make_unique<ScaledTanh>());
      return 3;
    }
    return 0;
  }

  void take_layer(const Node& node) {
    require_chained(node);
    const Operator o(node, constants_);
    if (node.op == "Softmax" || node.op == "LogSoftmax") return take_softmax(o);
    add_layer(o, chain_);
  }

  /// Of the inputs one is the end of the chain and the others are constants.
  void require_chained(const Node& node) const {
    std::size_t ends = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string_view input = node.inputs[i];
      if (input.empty() || constants_.contains(input)) continue;
      if (input != at_ || ++ends > 1) {
        refuse(
            fmt::format("takes {}, want the value before it, {}, once, and constants: a chain of "
                        "layers",
                        quoted_name(input), quoted_name(at_)));
      }
    }
    static constexpr std::string_view kEither[] = {"Add", "Max", "Min", "Mul", "Sub"};
    const bool either = std::ranges::find(kEither, node.op) != std::end(kEither);
    if (ends == 0 || (either && node.inputs.size() != 2) || (!either && node.inputs[0] != at_)) {
      refuse(fmt::format("does not take the value before it, {}, as its {} input", quoted_name(at_),
                         either ? "one" : "first"));
    }
  }

  /// Left out, logarithm or not: the network gives logits.
  void take_softmax(const Operator& o) {
    const bool features = chain_.dims().size() == 1;
    const std::int64_t axis = o.integer("axis", features ? 1 : 0);
    if (!features || (axis != 1 && axis != -1)) {
      refuse(fmt::format("axis {} of (N, {}), want axis 1 of (N, classes)", axis,
                         fmt::join(chain_.dims(), ", ")));
    }
    softmax_ = true;
  }

  const Graph& graph_;
  std::int64_t most_values_;
  Constants constants_;
  ValueShapes shapes_;
  Folding folding_;
  std::set<std::string_view> defined_;
  std::string_view at_;  ///< the last value of the chain
  bool softmax_ = false;
  Chain chain_;
};

}  // namespace

Sequential network_of(const Graph& graph, std::int64_t bytes, bool own) {
  return Walk(graph, bytes, own).network();
}

}  // namespace lenet::onnx
