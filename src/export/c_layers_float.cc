#include <fmt/format.h>

#include "base/require.h"
#include "export/c_elementwise.h"
#include "export/c_layers.h"
#include "export/c_pooling.h"
#include "export/deployed.h"
#include "nn/pool2d_shape.h"

namespace lenet {
namespace {

void add_input(const Sequential& net, CSource& c) {
  const std::int64_t inputs = element_count(net.input_shape());
  const bool bytes = c.interface().input_type == "uint8_t";
  c.call(bytes ? "scale_pixels" : "copy",
         fmt::format("{}, {}, {}", inputs, c.interface().input, c.at(0)),
         to_string(net.input_shape()));
  const Normalization& n = net.normalization();
  if (n.mean.empty()) return;
  std::vector<float> scale;
  for (const float deviation : n.deviation) scale.push_back(1 / deviation);
  c.array("float", "pixel_mean", n.mean);
  c.array("float", "pixel_scale", scale);
  c.call("normalize",
         fmt::format("{}, {}, pixel_mean, pixel_scale, {}", scale.size(),
                     inputs / std::ssize(scale), c.at(0)),
         to_string(net.input_shape()));
}

/// "weight3, bias3", or "weight3, 0" without a bias.
std::string add_weights(const InferenceNode& o, CSource& c) {
  const std::string name = c_name(o);
  c.array("float", "weight" + name, o.weight);
  if (!o.bias.empty()) c.array("float", "bias" + name, o.bias);
  return fmt::format("weight{}, {}", name, o.bias.empty() ? "0" : "bias" + name);
}

void add_conv2d(const InferenceNode& o, const Conv2dOp& op, CSource& c) {
  const CCall call = c.conv2d(o, op);
  c.call_across(call.name, fmt::format("{}, {}", call.arguments, add_weights(o, c)), o);
}

void add_affine(const InferenceNode& o, CSource& c) {
  const std::int64_t plane = element_count(o.output) / o.output[0];
  c.call_in_place("affine", fmt::format("{}, {}, {}", o.output[0], plane, add_weights(o, c)), o);
}

void add_group_norm(const InferenceNode& o, const GroupNormOp& op, CSource& c) {
  c.call_in_place("group_norm",
                  fmt::format("{}, {}, {}", group_sizes(o, op, std::ssize(o.weight)),
                              c_float(static_cast<float>(op.eps)), add_weights(o, c)),
                  o);
}

void add_prelu(const InferenceNode& o, CSource& c) {
  const std::string name = c_name(o);
  c.array("float", "weight" + name, o.weight);
  const std::int64_t weights = std::ssize(o.weight);
  c.call_in_place("prelu",
                  fmt::format("{}, {}, weight{}", weights, element_count(o.output) / weights, name),
                  o);
}

void add_function(const InferenceNode& o, const Function& function, CSource& c) {
  const CCall call = c_call_of(function);
  c.call_in_place(call.name, fmt::format("{}{}", element_count(o.output), call.arguments), o);
}

void add_sum(const InferenceNode& o, CSource& c) {
  c.call("add",
         fmt::format("{}, {}, {}, {}", element_count(o.output), o.inputs.size(), c.inputs(o),
                     c.at(o.value)),
         to_string(o.output));
}

/// What does not lie there already.
void add_concat(const InferenceNode& o, CSource& c) {
  std::int64_t to = c.offset(o.value);
  for (std::size_t k = 0; k < o.inputs.size(); ++k) {
    c.copy(element_count(o.input_shapes[k]), c.offset(o.inputs[k]), to, o.input_shapes[k]);
    to += element_count(o.input_shapes[k]);
  }
}

void add_node(const InferenceNode& o, CSource& c) {
  std::visit(
      Overloaded{[&](const Conv2dOp& op) { add_conv2d(o, op, c); },
                 [&](const LinearOp&) {
                   c.call_across("linear",
                                 fmt::format("{}, {}, {}", element_count(o.input),
                                             element_count(o.output), add_weights(o, c)),
                                 o);
                 },
                 [&](const GroupNormOp& op) { add_group_norm(o, op, c); },
                 [&](const AffineOp&) { add_affine(o, c); },
                 [&](const PReLUOp&) { add_prelu(o, c); },
                 [&](const UpsampleOp& op) {
                   c.call_across("upsample", upsample_arguments(o, op.scale), o);
                 },
                 [&](const MeanPooling auto&) { add_average(o, c); },
                 [&](const MaxPooling auto&) { add_maximum(o, c); },
                 [&](const ZeroPad2dOp& op) {
                   c.call_across("zero_pad2d", zero_pad2d_arguments(o, op.padding) + ", 0.0f", o);
                 },
                 [&](const FunctionOp& op) { add_function(o, op.function, c); },
                 [&](const SumOp&) { add_sum(o, c); }, [&](const ConcatOp&) { add_concat(o, c); },
                 [&](const ScaleOp&) { c.call_scale(o, ""); },
                 [](const NotDeployed auto&) { unknown("deployed node"); }},
      o.op);
}

}  // namespace

CSource float_source(const Model& model, const std::vector<InferenceNode>& nodes) {
  const Sequential& net = model.net;
  const CInterface interface = interface_of(model);
  CSource c(float_functions(), interface, "float", 4, arena_of(nodes, net.input_shape(), false));
  add_input(net, c);
  for (const InferenceNode& o : nodes) add_node(o, c);
  c.call(interface.last.empty() ? "copy" : interface.last,
         fmt::format("{}, {}, {}", element_count(net.output_shape()),
                     c.at(nodes.empty() ? 0 : nodes.back().value), interface.output),
         to_string(net.output_shape()));
  return c;
}

}  // namespace lenet
