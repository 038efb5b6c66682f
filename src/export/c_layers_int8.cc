#include <fmt/format.h>

#include "export/c_layers.h"
#include "export/c_pooling.h"
#include "export/deployed.h"
#include "nn/pool2d_shape.h"

namespace lenet {
namespace {

void add_pixels(const QuantizedNetwork::State& net, CSource& c) {
  const std::int64_t channels = std::ssize(net.image.pixels);
  std::vector<std::int8_t> values;
  for (const Table8& table : net.image.pixels) {
    values.insert(values.end(), table.begin(), table.end());
  }
  c.array("int8_t", "pixel_table", values);
  c.call("look_up_pixels",
         fmt::format("{}, {}, pixel_table, {}, {}", channels, element_count(net.input) / channels,
                     c.interface().input, c.at(0)),
         to_string(net.input));
}

void add_numbers(const QuantizedNetwork::State& net, CSource& c) {
  const std::int64_t channels = std::ssize(net.image.mean);
  c.array("float", "input_mean", net.image.mean);
  c.array("float", "input_steps", net.image.steps);
  c.call("quantize",
         fmt::format("{}, {}, input_mean, input_steps, {}, {}, {}", channels,
                     element_count(net.input) / channels, net.image.zero, c.interface().input,
                     c.at(0)),
         to_string(net.input));
}

/// "weight3, channels3, zero in, zero out".
std::string add_weights(const Int8Operation& q, CSource& c) {
  std::vector<std::string> channels;
  for (std::size_t o = 0; o < q.bias.size(); ++o) {
    channels.push_back(
        fmt::format("{{{}, {}, {}}}", q.bias[o], q.rescaling[o].multiplier, q.rescaling[o].shift));
  }
  const std::string name = c_name(q.what);
  c.array("int8_t", "weight" + name, q.weight);
  c.array("Channel", "channels" + name, channels, 12 * std::ssize(channels));
  return fmt::format("weight{0}, channels{0}, {1}, {2}", name, q.zero_in, q.zero_out);
}

void add_linear(const Int8Operation& q, CSource& c) {
  const std::string sizes =
      fmt::format("{}, {}", element_count(q.what.input), element_count(q.what.output));
  if (q.logit_scale.empty()) {
    c.call_across("linear", fmt::format("{}, {}", sizes, add_weights(q, c)), q.what);
    return;
  }
  const std::string name = c_name(q.what);
  c.array("int8_t", "weight" + name, q.weight);
  c.array("int32_t", "bias" + name, q.bias);
  c.array("float", "scale" + name, q.logit_scale);
  c.call("linear_logits",
         fmt::format("{0}, weight{1}, bias{1}, scale{1}, {2}, {3}, {4}", sizes, name, q.zero_in,
                     c.at(q.what.inputs.front()), c.interface().output),
         to_string(q.what.output));
}

void add_table(const Int8Operation& q, CSource& c) {
  const InferenceNode& o = q.what;
  c.array("int8_t", "table" + c_name(o), std::vector<std::int8_t>(q.table.begin(), q.table.end()));
  c.call_in_place("look_up", fmt::format("{}, table{}", element_count(o.output), c_name(o)), o);
}

/// Each value brought to the scale of the sum, which its weight is a multiple of.
void add_sum(const Int8Operation& q, CSource& c) {
  const InferenceNode& o = q.what;
  std::vector<std::string> terms;
  for (const Int8Term& term : q.terms)
    terms.push_back(fmt::format("{{{}, {}}}", term.weight, term.zero));
  c.array("Term", "terms" + c_name(o), terms, 8 * std::ssize(terms));
  c.call("add",
         fmt::format("{}, {}, terms{}, {}, {}, {}, {}, {}", element_count(o.output), terms.size(),
                     c_name(o), c.inputs(o), q.rescaling[0].multiplier, q.rescaling[0].shift,
                     q.zero_out, c.at(o.value)),
         to_string(o.output));
}

/// Each value where it belongs, and then at the scale that all have there.
void add_concat(const Int8Operation& q, CSource& c) {
  const InferenceNode& o = q.what;
  const auto for_each_part = [&](const auto& f) {
    std::int64_t to = c.offset(o.value);
    for (std::size_t k = 0; k < o.inputs.size(); ++k) {
      f(k, element_count(o.input_shapes[k]), to);
      to += element_count(o.input_shapes[k]);
    }
  };
  for_each_part([&](std::size_t k, std::int64_t count, std::int64_t to) {
    c.copy(count, c.offset(o.inputs[k]), to, o.input_shapes[k]);
  });
  for_each_part([&](std::size_t k, std::int64_t count, std::int64_t to) {
    if (is_identity(q.tables[k])) return;
    const std::string name = fmt::format("table{}_{}", c_name(o), k);
    c.array("int8_t", name, std::vector<std::int8_t>(q.tables[k].begin(), q.tables[k].end()));
    c.call("look_up", fmt::format("{}, {}, {}", count, name, CSource::place(to)),
           to_string(o.input_shapes[k]));
  });
}

void add_conv2d(const Int8Operation& q, const Conv2dOp& op, CSource& c) {
  const CCall call = c.conv2d(q.what, op);
  c.call_across(call.name, fmt::format("{}, {}", call.arguments, add_weights(q, c)), q.what);
}

void add_group_norm(const Int8Operation& q, const GroupNormOp& op, CSource& c) {
  const std::string name = c_name(q.what);
  c.array("float", "gain" + name, q.groups.gain);
  c.array("int32_t", "bias" + name, q.bias);
  c.call_in_place("group_norm",
                  fmt::format("{0}, {1}, gain{2}, bias{2}, {3}, {4}",
                              group_sizes(q.what, op, std::ssize(q.bias)), c_float(q.groups.eps),
                              name, q.zero_in, q.zero_out),
                  q.what);
}

void add_prelu(const Int8Operation& q, CSource& c) {
  std::vector<std::string> slopes;
  for (std::size_t i = 0; i < q.rescaling.size(); ++i) {
    const Rescaling& by = q.rescaling[i];
    slopes.push_back(
        fmt::format("{{{}, {}, {}}}", static_cast<int>(q.weight[i]), by.multiplier, by.shift));
  }
  const std::string name = c_name(q.what);
  c.array("Slope", "slopes" + name, slopes, 12 * std::ssize(slopes));
  const std::int64_t weights = std::ssize(slopes) - 1;
  c.call_in_place("prelu",
                  fmt::format("{}, {}, slopes{}, {}, {}", weights,
                              element_count(q.what.output) / weights, name, q.zero_in, q.zero_out),
                  q.what);
}

void add_affine(const Int8Operation& q, CSource& c) {
  const Shape& output = q.what.output;
  const std::int64_t plane = element_count(output) / output[0];
  c.call_in_place("affine", fmt::format("{}, {}, {}", output[0], plane, add_weights(q, c)), q.what);
}

void add_node(const Int8Operation& q, CSource& c) {
  const InferenceNode& o = q.what;
  visit_integers(
      Overloaded{
          [&](const Conv2dOp& op) { add_conv2d(q, op, c); },
          [&](const LinearOp&) { add_linear(q, c); }, [&](const AffineOp&) { add_affine(q, c); },
          [&](const PReLUOp&) { add_prelu(q, c); },
          [&](const UpsampleOp& op) {
            c.call_across("upsample", upsample_arguments(o, op.scale), o);
          },
          [&](const GroupNormOp& op) { add_group_norm(q, op, c); },
          [&](const MeanPooling auto&) { add_average(q, c); },
          [&](const MaxPooling auto&) { add_maximum(o, c); },
          [&](const ZeroPad2dOp& op) {
            c.call_across("zero_pad2d",
                          fmt::format("{}, {}", zero_pad2d_arguments(o, op.padding), q.zero_in), o);
          },
          [&](const FunctionOp&) { add_table(q, c); }, [&](const SumOp&) { add_sum(q, c); },
          [&](const ConcatOp&) { add_concat(q, c); },
          [&](const ScaleOp&) {
            const Rescaling& by = q.rescaling[0];
            c.call_scale(o, fmt::format("{}, {}, {}, {}, {}, ", q.terms[0].zero, q.terms[1].zero,
                                        by.multiplier, by.shift, q.zero_out));
          }},
      o.op);
}

}  // namespace

CSource int8_source(const Model& model, const QuantizedNetwork::State& net) {
  std::vector<InferenceNode> nodes;
  for (const Int8Operation& q : net.operations) nodes.push_back(q.what);
  const CInterface interface = interface_of(model);
  CSource c(int8_functions(), interface, "int8_t", 1, arena_of(nodes, net.input, true));
  net.image.takes_bytes() ? add_pixels(net, c) : add_numbers(net, c);
  for (const Int8Operation& q : net.operations) add_node(q, c);
  const std::int64_t outputs = element_count(net.output);
  if (!net.ends_in_sums()) {
    c.call("dequantize",
           fmt::format("{}, {}, {}, {}, {}", outputs, net.logit_zero, c_float(net.logit_scale),
                       c.at(nodes.empty() ? 0 : nodes.back().value), interface.output),
           to_string(net.output));
  }
  if (!interface.last.empty()) {
    c.call(interface.last, fmt::format("{0}, {1}, {1}", outputs, interface.output),
           to_string(net.output));
  }
  return c;
}

}  // namespace lenet
