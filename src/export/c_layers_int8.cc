#include <fmt/format.h>

#include "export/c_layers.h"
#include "export/deployed.h"

namespace lenet {
namespace {

void add_input(const QuantizedNetwork::State& net, CSource& c) {
  const std::int64_t channels = std::ssize(net.pixels);
  std::vector<std::int8_t> values;
  for (const Table8& table : net.pixels) values.insert(values.end(), table.begin(), table.end());
  c.array("int8_t", "pixel_table", values);
  c.call("look_up_pixels",
         fmt::format("{}, {}, pixel_table, pixels, {}", channels,
                     element_count(net.input) / channels, c.buffer()),
         to_string(net.input));
}

/// "weight3, channels3, zero in, zero out".
std::string add_weights(const Int8Operation& q, CSource& c) {
  std::vector<std::string> channels;
  for (std::size_t o = 0; o < q.bias.size(); ++o) {
    channels.push_back(
        fmt::format("{{{}, {}, {}}}", q.bias[o], q.rescaling[o].multiplier, q.rescaling[o].shift));
  }
  const std::string& name = q.what.name;
  c.array("int8_t", "weight" + name, q.weight);
  c.array("Channel", "channels" + name, channels, 12 * std::ssize(channels));
  return fmt::format("weight{0}, channels{0}, {1}, {2}", name, q.zero_in, q.zero_out);
}

void add_linear(const Int8Operation& q, CSource& c) {
  const std::string sizes =
      fmt::format("{}, {}", element_count(q.what.input), element_count(q.what.output));
  if (q.logit_scale.empty()) {
    c.call_across("linear", fmt::format("{}, {}", sizes, add_weights(q, c)), q.what.output);
    return;
  }
  c.array("int8_t", "weight" + q.what.name, q.weight);
  c.array("int32_t", "bias" + q.what.name, q.bias);
  c.array("float", "scale" + q.what.name, q.logit_scale);
  c.call("linear_logits",
         fmt::format("{0}, weight{1}, bias{1}, scale{1}, {2}, {3}, probabilities", sizes,
                     q.what.name, q.zero_in, c.buffer()),
         to_string(q.what.output));
}

void add_average(const Int8Operation& q, CSource& c) {
  c.window(q.what);
  const Rescaling& by = q.rescaling[0];
  c.call_across("avg_pool2d",
                fmt::format("&window{}, {}, {}, {}, {}", q.what.name, by.multiplier, by.shift,
                            q.zero_in, q.zero_out),
                q.what.output);
}

void add_table(const Int8Operation& q, CSource& c) {
  const InferenceNode& o = q.what;
  c.array("int8_t", "table" + o.name, std::vector<std::int8_t>(q.table.begin(), q.table.end()));
  c.call_in_place("look_up", fmt::format("{}, table{}", element_count(o.output), o.name), o.output);
}

void add_affine(const Int8Operation& q, CSource& c) {
  const Shape& output = q.what.output;
  const std::int64_t plane = element_count(output) / output[0];
  c.call_in_place("affine", fmt::format("{}, {}, {}", output[0], plane, add_weights(q, c)), output);
}

void add_node(const Int8Operation& q, CSource& c) {
  const InferenceNode& o = q.what;
  visit_integers(Overloaded{[&](const Conv2dOp&) {
                              c.window(o);
                              c.call_across("conv2d",
                                            fmt::format("&window{}, {}", o.name, add_weights(q, c)),
                                            o.output);
                            },
                            [&](const LinearOp&) { add_linear(q, c); },
                            [&](const AffineOp&) { add_affine(q, c); },
                            [&](const AvgPool2dOp&) { add_average(q, c); },
                            [&](const MaxPool2dOp&) {
                              c.window(o);
                              c.call_across("max_pool2d", "&window" + o.name, o.output);
                            },
                            [&](const FunctionOp&) { add_table(q, c); }},
                 o.op);
}

}  // namespace

CSource int8_source(const QuantizedNetwork::State& net) {
  CSource c(int8_functions(), "int8_t", 1, element_count(net.input));
  add_input(net, c);
  for (const Int8Operation& q : net.operations) add_node(q, c);
  const std::int64_t outputs = element_count(net.output);
  if (!net.ends_in_sums()) {
    c.call("dequantize",
           fmt::format("{}, {}, {}, {}, probabilities", outputs, net.logit_zero,
                       c_float(net.logit_scale), c.buffer()),
           to_string(net.output));
  }
  c.call("softmax", fmt::format("{}, probabilities, probabilities", outputs),
         to_string(net.output));
  return c;
}

}  // namespace lenet
