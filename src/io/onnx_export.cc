#include <fmt/format.h>

#include <map>

#include "base/file.h"
#include "base/require.h"
#include "base/visit.h"
#include "io/data_metadata.h"
#include "io/onnx_functions.h"
#include "io/onnx_metadata.h"
#include "io/onnx_node_writer.h"
#include "lenet/error.h"
#include "lenet/onnx.h"
#include "nn/inference.h"

namespace lenet {
namespace {

using onnx::Attributes;

std::vector<std::int64_t> pair_of(const Size2d& size) { return {size.height, size.width}; }

/// Attributes of a Conv or a pooling.
Attributes attributes_of(const Window& window) {
  const auto& [before, after] = window.padding;
  Attributes attributes = {
      {"kernel_shape", pair_of(window.kernel)},
      {"pads", std::vector<std::int64_t>{before.height, before.width, after.height, after.width}},
      {"strides", pair_of(window.stride)}};
  if (window.dilation != Size2d(1)) attributes.emplace_back("dilations", pair_of(window.dilation));
  return attributes;
}

Padding less(const Padding& all, const Padding& part) {
  const auto minus = [](const Size2d& a, const Size2d& b) {
    return Size2d(a.height - b.height, a.width - b.width);
  };
  return Padding::sides(minus(all.before, part.before), minus(all.after, part.after));
}

[[noreturn]] void refuse_windows(const InferenceNode& o) {
  throw Error(ErrorKind::kUsage,
              fmt::format("layer {}: an adaptive pooling of {} to {} has windows of several sizes, "
                          "which ONNX has no operator for; want sizes that divide the image's",
                          o.name, to_string(o.input), to_string(o.output)));
}

/// The graph of a network, as it grows.
class Export {
 public:
  Export(const Model& model, const OnnxOptions& options) {
    graph_.input = model.net.input_shape();
    graph_.output = model.net.output_shape();
    add_normalization(model.net.normalization());
    names_[0] = to_.value;
    for (const InferenceNode& o : inference_nodes(model.net)) {
      to_.value = names_.at(o.inputs.front());
      add(o);
      names_[o.value] = to_.value;
    }
    if (options.softmax) to_.node("Softmax", "softmax", {}, {{"axis", std::int64_t{-1}}});
    if (graph_.nodes.empty()) to_.node("Identity", "identity");
    graph_.nodes.back().output = onnx::kOutputName;
    graph_.metadata.emplace_back(onnx::kModelKey, model.net.text());
    if (!model.class_names.empty()) {
      graph_.metadata.emplace_back(onnx::kClassNamesKey, class_names_text(model.class_names));
    }
    const ModelOrigin& origin = model.origin;
    if (!origin.data_sha256.empty()) {
      graph_.metadata.emplace_back(onnx::kDataKey, origin.data_sha256);
    }
    if (origin.loss) graph_.metadata.emplace_back(onnx::kLossKey, to_string(*origin.loss));
    if (origin.float_images) graph_.metadata.emplace_back(onnx::kScaleKey, kFloatScale);
  }

  const onnx::GraphToWrite& graph() const { return graph_; }

 private:
  /// A value a channel, of the form that broadcasts over what the channels hold.
  std::string by_channel(const std::string& name, const Shape& shape, std::vector<float> values) {
    Shape dims(shape.size(), 1);
    dims[0] = std::ssize(values);
    return to_.tensor(name, std::move(dims), std::move(values));
  }

  void add_normalization(const Normalization& n) {
    if (n.mean.empty()) return;
    to_.node("Sub", "normalization.centred",
             {by_channel("normalization.mean", graph_.input, n.mean)});
    to_.node("Div", "normalization",
             {by_channel("normalization.deviation", graph_.input, n.deviation)});
  }

  void add_weighted(const char* op, const InferenceNode& o, Shape dims, Attributes attributes) {
    std::vector<std::string> constants = {
        to_.tensor(o.name + ".weight", std::move(dims), o.weight)};
    if (!o.bias.empty()) constants.push_back(to_.tensor(o.name + ".bias", {o.output[0]}, o.bias));
    to_.node(op, o.name, std::move(constants), std::move(attributes));
  }

  void add_norm(const InferenceNode& o, double eps) {
    const Shape channels = {o.input[0]};
    to_.node("BatchNormalization", o.name,
             {to_.tensor(o.name + ".weight", channels, o.weight),
              to_.tensor(o.name + ".bias", channels, o.bias),
              to_.tensor(o.name + ".running_mean", channels, o.mean),
              to_.tensor(o.name + ".running_var", channels, o.variance)},
             {{"epsilon", static_cast<float>(eps)}});
  }

  /// The sizes behind the batch, which stays.
  std::string sizes(const std::string& name, Shape sizes) {
    sizes.insert(sizes.begin(), 0);
    graph_.initializers.push_back({name, {std::ssize(sizes)}, {}, std::move(sizes)});
    return name;
  }

  /// As PyTorch writes it: GroupNormalization is of opset 18, LayerNormalization of 17.
  void add_group_norm(const InferenceNode& o, const GroupNormOp& op) {
    const auto groups = static_cast<std::size_t>(op.groups);
    to_.node("Reshape", o.name + ".grouped", {sizes(o.name + ".groups", {op.groups, -1})});
    to_.node("InstanceNormalization", o.name + ".normalized",
             {to_.tensor(o.name + ".ones", {op.groups}, std::vector<float>(groups, 1.0f)),
              to_.tensor(o.name + ".zeros", {op.groups}, std::vector<float>(groups, 0.0f))},
             {{"epsilon", static_cast<float>(op.eps)}});
    to_.node("Reshape", op.weight ? o.name + ".shaped" : o.name,
             {sizes(o.name + ".sizes", o.output)});
    const auto parameter = [&](const char* name, const std::vector<float>& values) {
      return op.by_element ? to_.tensor(o.name + name, o.output, values)
                           : by_channel(o.name + name, o.output, values);
    };
    if (op.weight) {
      to_.node("Mul", op.bias ? o.name + ".scaled" : o.name, {parameter(".weight", o.weight)});
    }
    if (op.bias) to_.node("Add", o.name, {parameter(".bias", o.bias)});
  }

  void add_upsample(const InferenceNode& o, const Size2d& scale) {
    const auto factor = [](std::int64_t size) { return static_cast<float>(size); };
    to_.node("Resize", o.name,
             {"", to_.tensor(o.name + ".scales", {4},
                             {1, 1, factor(scale.height), factor(scale.width)})},
             {{"mode", std::string("nearest")},
              {"coordinate_transformation_mode", std::string("asymmetric")},
              {"nearest_mode", std::string("floor")}});
  }

  void add_affine(const InferenceNode& o) {
    to_.node("Mul", o.name + ".scaled", {by_channel(o.name + ".weight", o.input, o.weight)});
    to_.node("Add", o.name, {by_channel(o.name + ".bias", o.input, o.bias)});
  }

  /// All padding counts or none; where a part does, that part goes in front.
  void add_average(const InferenceNode& o, const AvgPool2dOp& op) {
    Window window = op.window;
    const Shape image(o.input.begin() + 1, o.input.end());
    if (window.padding == Padding() && pair_of(window.kernel) == image) {
      return to_.node("GlobalAveragePool", o.name);
    }
    const bool counts = op.counted == window.padding;
    if (!counts && op.counted != Padding()) {
      add_zeros(o.name + ".padded", op.counted);
      window.padding = less(window.padding, op.counted);
    }
    Attributes attributes = attributes_of(window);
    attributes.emplace_back("count_include_pad", std::int64_t{counts});
    to_.node("AveragePool", o.name, {}, std::move(attributes));
  }

  /// A Pad, whose sizes are a tensor of integers.
  void add_zeros(const std::string& name, const Padding& padding) {
    const auto& [before, after] = padding;
    const std::string sizes = name + ".pads";
    graph_.initializers.push_back(
        {sizes, {8}, {}, {0, 0, before.height, before.width, 0, 0, after.height, after.width}});
    to_.node("Pad", name, {sizes});
  }

  /// What a channel is multiplied by has height and width, which the product repeats.
  void add_scale(const InferenceNode& o) {
    const std::string value = to_.value;
    std::string gate = names_.at(o.inputs[1]);
    if (o.input_shapes[1].size() < o.input.size()) {
      to_.value = gate;
      gate = o.name + ".gate";
      to_.node("Reshape", gate, {sizes(o.name + ".gate_sizes", {o.input[0], 1, 1})});
      to_.value = value;
    }
    to_.node("Mul", o.name, {gate});
  }

  /// What a Sum or a Concat reads behind its first value.
  std::vector<std::string> others_of(const InferenceNode& o) const {
    std::vector<std::string> others;
    for (std::size_t k = 1; k < o.inputs.size(); ++k) others.push_back(names_.at(o.inputs[k]));
    return others;
  }

  void add(const InferenceNode& o) {
    std::visit(
        Overloaded{
            [&](const Conv2dOp& op) {
              const Size2d& kernel = op.window.kernel;
              Attributes attributes = attributes_of(op.window);
              if (op.groups > 1) attributes.emplace_back("group", op.groups);
              add_weighted("Conv", o,
                           {o.output[0], o.input[0] / op.groups, kernel.height, kernel.width},
                           std::move(attributes));
            },
            [&](const LinearOp&) {
              add_weighted("Gemm", o, {o.output[0], o.input[0]}, {{"transB", std::int64_t{1}}});
            },
            [&](const AvgPool2dOp& op) { add_average(o, op); },
            [&](const MaxPool2dOp& op) {
              to_.node("MaxPool", o.name, {}, attributes_of(op.window));
            },
            [&](const OneOf<AdaptiveAvgPool2dOp, AdaptiveMaxPool2dOp> auto&) { refuse_windows(o); },
            [&](const BatchNormOp& op) { add_norm(o, op.eps); },
            [&](const GroupNormOp& op) { add_group_norm(o, op); },
            [&](const AffineOp&) { add_affine(o); },
            [&](const PReLUOp&) {
              to_.node("PRelu", o.name, {by_channel(o.name + ".weight", o.input, o.weight)});
            },
            [&](const UpsampleOp& op) { add_upsample(o, op.scale); },
            [&](const FunctionOp& op) { onnx::write_function(op.function, o.name, to_); },
            [&](const ZeroPad2dOp& op) { add_zeros(o.name, op.padding); },
            [&](const FlattenOp&) { to_.node("Flatten", o.name); },
            [&](const SumOp&) { to_.node("Sum", o.name, others_of(o)); },
            [&](const ConcatOp&) {
              to_.node("Concat", o.name, others_of(o), {{"axis", std::int64_t{1}}});
            },
            [&](const ScaleOp&) { add_scale(o); },
            [](const OneOf<DropoutOp, UserOp> auto&) { unknown("node of an inference"); }},
        o.op);
  }

  onnx::GraphToWrite graph_;
  onnx::NodeWriter to_{graph_};
  std::map<std::int64_t, std::string> names_;  ///< of the network's values
};

}  // namespace

std::string serialise_onnx(const Model& model, const OnnxOptions& options) {
  model.net.require_built();
  require(model.net.output_shape().size() == 1 || !options.softmax,
          fmt::format("a softmax over an output of shape {}, want a list of classes",
                      to_string(model.net.output_shape())));
  // Protobuf ends at 2 GiB; what stands beside the values is small.
  constexpr std::int64_t kMostValues = (std::int64_t{1} << 29) - (1 << 20);
  require(std::ssize(model.net.parameters()) + std::ssize(model.net.buffers()) <= kMostValues,
          fmt::format("{} parameters, which do not fit into an ONNX file of 2 GiB",
                      model.net.parameters().size()));
  return onnx::serialise(Export(model, options).graph());
}

void save_onnx(const std::filesystem::path& path, const Model& model, const OnnxOptions& options) {
  write_file(path, serialise_onnx(model, options));
}

}  // namespace lenet
