#include <fmt/format.h>

#include "export/c_layers.h"
#include "export/deployed.h"

namespace lenet {
namespace {

using Kind = Operation::Kind;

void add_input(const Sequential& net, CSource& c) {
  const std::int64_t inputs = element_count(net.input_shape());
  c.call("scale_pixels", fmt::format("{}, pixels, {}", inputs, c.buffer()),
         to_string(net.input_shape()));
  const Normalization& n = net.normalization();
  if (n.mean.empty()) return;
  std::vector<float> scale;
  for (const float deviation : n.deviation) scale.push_back(1 / deviation);
  c.array("float", "pixel_mean", n.mean);
  c.array("float", "pixel_scale", scale);
  c.call_in_place(
      "normalize",
      fmt::format("{}, {}, pixel_mean, pixel_scale", scale.size(), inputs / std::ssize(scale)),
      net.input_shape());
}

/// "weight3, bias3", or "weight3, 0" without a bias.
std::string add_weights(const Operation& o, CSource& c) {
  c.array("float", "weight" + o.name, o.weight);
  if (!o.bias.empty()) c.array("float", "bias" + o.name, o.bias);
  return fmt::format("weight{}, {}", o.name, o.bias.empty() ? "0" : "bias" + o.name);
}

const char* function_of(Kind kind) {
  switch (kind) {
    case Kind::kSigmoid:
      return "sigmoid";
    case Kind::kReLU:
      return "relu";
    case Kind::kTanh:
      return "tanh_all";
    case Kind::kLeakyReLU:
      return "leaky_relu";
    case Kind::kSiLU:
      return "silu";
    case Kind::kScaledTanh:
      return "scaled_tanh";
    case Kind::kAvgPool2d:
      return "avg_pool2d";
    default:
      return "max_pool2d";
  }
}

void add_operation(const Operation& o, CSource& c) {
  const std::int64_t outputs = element_count(o.output);
  if (o.kind == Kind::kConv2d) {
    c.window(o);
    const std::string weights = add_weights(o, c);
    c.call_across("conv2d", fmt::format("&window{}, {}", o.name, weights), o.output);
  } else if (o.kind == Kind::kLinear) {
    const std::int64_t inputs = element_count(o.input);
    c.call_across("linear", fmt::format("{}, {}, {}", inputs, outputs, add_weights(o, c)),
                  o.output);
  } else if (o.kind == Kind::kAffine) {
    c.call_in_place(
        "affine", fmt::format("{}, {}, {}", o.output[0], outputs / o.output[0], add_weights(o, c)),
        o.output);
  } else if (is_elementwise(o.kind)) {
    const std::string slope = o.kind == Kind::kLeakyReLU ? ", " + c_float(o.slope) : "";
    c.call_in_place(function_of(o.kind), fmt::format("{}{}", outputs, slope), o.output);
  } else {
    c.window(o);
    c.call_across(function_of(o.kind), "&window" + o.name, o.output);
  }
}

}  // namespace

CSource float_source(const Sequential& net, const std::vector<Operation>& operations) {
  CSource c(float_functions(), "float", 4, element_count(net.input_shape()));
  add_input(net, c);
  for (const Operation& o : operations) add_operation(o, c);
  c.call("softmax",
         fmt::format("{}, {}, probabilities", element_count(net.output_shape()), c.buffer()),
         to_string(net.output_shape()));
  return c;
}

}  // namespace lenet
