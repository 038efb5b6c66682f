#include "io/onnx_walk.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/onnx_chain.h"
#include "io/onnx_constants.h"
#include "io/onnx_fused.h"
#include "io/onnx_readers.h"
#include "io/onnx_tree.h"
#include "io/safetensors_header.h"
#include "lenet/error.h"
#include "nn/model_text.h"

namespace lenet::onnx {
namespace {

/// Along the graph's nodes, from its input to its output.
class Walk {
 public:
  Walk(const Graph& graph, std::int64_t bytes)
      : graph_(graph),
        fused_(fused_in(graph)),
        readers_(graph, fused_),
        allowance_{.values = 0, .layers = kMaxModelTextLayers, .work = 0},
        folding_(constants_, shapes_, values_in(bytes)) {
    allow(values_in(bytes));
  }

  Sequential network(bool own) {
    start(own);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) step(i);
    require_one_output();
    Tree::End end = tree_.take_last();
    if (end.value != graph_.outputs[0].name) {
      refuse(fmt::format("the layers end at {}, want them to end at the graph's output, {}",
                         quoted_name(end.value), quoted_name(graph_.outputs[0].name)));
    }
    return end.chain.finish();
  }

 private:
  /// No file holds more values than bytes, but small ones may use a constant twice.
  static std::int64_t values_in(std::int64_t bytes) {
    return std::max<std::int64_t>(bytes, 1 << 24);
  }

  /// A layer's values are read, put in order, and changed by a bias or two behind it.
  void allow(std::int64_t values) {
    allowance_.values += values;
    allowance_.work += 16 * values;
  }

  void require_one_output() const {
    if (graph_.outputs.size() == 1) return;
    std::vector<std::string> names;
    for (const Value& output : graph_.outputs) names.push_back(quoted_name(output.name));
    refuse(fmt::format("the graph has {} outputs ({}), want one", names.size(),
                       fmt::join(names, ", ")));
  }

  void start(bool own) {
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
    define(input->name);
    shapes_.emplace(input->name, input->dims.value_or(Shape()));
    tree_.put(input->name, {start_at(*input, own)}, readers_.of(input->name));
  }

  Chain start_at(const Value& input, bool own) {
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
    return Chain(dims[0], Shape(dims.begin() + 1, dims.end()), {.own = own, .bytes = bytes},
                 allowance_);
  }

  void define(std::string_view name) {
    if (defined_.insert(name).second) return;
    refuse(fmt::format("{} is defined twice", quoted_name(name)));
  }

  void step(std::size_t number) {
    const Node& node = graph_.nodes[number];
    try {
      require_operator(node);
      if (take_constant(node)) return;
      for (const std::string_view output : node.outputs) {
        if (!output.empty()) define(output);
      }
      if (!done_.contains(number)) take(number);
    } catch (const Error& e) {
      refuse(fmt::format("{}: {}", describe(node, number), e.what()));
    }
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
    if (constant->fill) allow(value_count(*constant));
    constants_.emplace(node.outputs[0], *std::move(constant));
    return true;
  }

  /// What begins with a node, behind the chains that it reads.
  void take(std::size_t number) {
    const Node& node = graph_.nodes[number];
    if (softmax_) refuse("behind a Softmax or LogSoftmax, want that at the end");
    if (node.outputs.empty() || node.outputs[0].empty()) refuse("no output");
    const auto fused = fused_.find(number);
    if (fused != fused_.end()) return take_fused(fused->second);
    std::vector<Tree::End> ends;
    for (const std::string_view input : node.inputs) {
      if (!input.empty() && !constants_.contains(input)) ends.push_back(tree_.take(input));
    }
    if (ends.empty()) refuse("takes no value of the images, and is none that lenet computes");
    if (ends.size() == 1) {
      take_layer(node, ends[0]);
      return put(node.outputs[0], std::move(ends[0]));
    }
    const Meeting meeting = meeting_at(node, ends);
    put(node.outputs[0], tree_.join(meeting, std::move(ends)));
  }

  void take_fused(const Fused& fused) {
    Tree::End end = tree_.take(fused.input);
    fused.add(end.chain);
    done_.insert(fused.nodes.begin(), fused.nodes.end());
    put(graph_.nodes[fused.nodes.back()].outputs[0], std::move(end));
  }

  void put(std::string_view value, Tree::End end) {
    Shape shape = end.chain.dims();
    shape.insert(shape.begin(), end.chain.batch());
    shapes_.emplace(value, std::move(shape));
    tree_.put(value, std::move(end), readers_.of(value));
  }

  void take_layer(const Node& node, Tree::End& end) {
    require_position(node, end.value);
    const Operator o(node, constants_);
    for (const std::string_view input : node.inputs) {
      const auto constant = constants_.find(input);
      if (constant != constants_.end()) allowance_.spend(value_count(constant->second));
    }
    if (node.op != "Softmax" && node.op != "LogSoftmax") return add_layer(o, end.chain);
    if (end.fork != Tree::kNone) {
      refuse(fmt::format("in a branch of {}, want that at the end of all layers",
                         quoted_name(tree_.fork_of(end))));
    }
    take_softmax(o, end.chain);
  }

  /// The value comes first, but where the operands of two may change places.
  static void require_position(const Node& node, std::string_view value) {
    static constexpr std::string_view kEither[] = {"Add", "Max", "Min", "Mul", "Sub", "Sum"};
    const bool either = std::ranges::find(kEither, node.op) != std::end(kEither);
    if (either ? node.inputs.size() <= 2 : node.inputs[0] == value) return;
    refuse(fmt::format("does not take the value before it, {}, as its {} input", quoted_name(value),
                       either ? "one" : "first"));
  }

  /// Left out, logarithm or not: the network gives logits. Classes of 1x1 pixels become features.
  void take_softmax(const Operator& o, Chain& chain) {
    const Shape& dims = chain.dims();
    const bool features = dims.size() == 1;
    const bool pixels = dims.size() == 3 && dims[1] * dims[2] == 1;
    const std::int64_t axis = o.integer("axis", features || graph_.opset < 13 ? 1 : -1);
    if (!(axis == 1 && (features || pixels)) && !(axis == -1 && features)) {
      refuse(fmt::format("axis {} of (N, {}), want axis 1 of (N, classes) or (N, classes, 1, 1)",
                         axis, fmt::join(dims, ", ")));
    }
    chain.flatten();
    softmax_ = true;
  }

  /// Of a node that reads several values.
  Meeting meeting_at(const Node& node, const std::vector<Tree::End>& ends) const {
    const std::string a = quoted_name(ends[0].value), b = quoted_name(ends[1].value);
    const bool concat = node.op == "Concat";
    if (node.op == "Mul") {
      const auto own =
          std::ranges::count_if(ends, [](const Tree::End& end) { return end.chain.empty(); });
      if (ends.size() == 2 && own == 1) return {Container::Kind::kScale};
      refuse(
          fmt::format("multiplies {} by {}, want one of the two constant, x sigmoid(x), or a "
                      "value by what is made of it",
                      a, b));
    }
    if (!concat && node.op != "Add" && node.op != "Sum") {
      refuse(
          fmt::format("reads two values, {} and {}, want one; several meet in an Add, Sum, "
                      "Mul or Concat alone",
                      a, b));
    }
    if (ends.size() != node.inputs.size()) {
      refuse(fmt::format("takes a constant beside the values {} and {}, want values alone", a, b));
    }
    if (!concat) return {Container::Kind::kSum};
    return {Container::Kind::kConcat, Operator(node, constants_).integer("axis", 1)};
  }

  const Graph& graph_;
  FusedNodes fused_;
  Readers readers_;
  Allowance allowance_;
  Constants constants_;
  ValueShapes shapes_;
  Folding folding_;
  std::set<std::string_view> defined_;
  std::set<std::size_t> done_;  ///< nodes that are one layer with one before them
  bool softmax_ = false;
  Tree tree_;
};

}  // namespace

Sequential network_of(const Graph& graph, std::int64_t bytes, bool own) {
  return Walk(graph, bytes).network(own);
}

}  // namespace lenet::onnx
