#include "export/c_network.h"

#include <fmt/format.h>

namespace lenet {
namespace {

/// An image of bytes or floats, in float and normalised.
void write_image(const Sequential& net, CSource& c) {
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

/// An image of bytes in integers.
void write_pixels(const Int8Input& image, const Shape& input, CSource& c) {
  const std::int64_t channels = std::ssize(image.pixels);
  Int8s values;
  for (const Table8& table : image.pixels) {
    values.insert(values.end(), table.begin(), table.end());
  }
  c.array("int8_t", "pixel_table", values);
  c.call("look_up_pixels",
         fmt::format("{}, {}, pixel_table, {}, {}", channels, element_count(input) / channels,
                     c.interface().input, c.at(0)),
         to_string(input));
}

/// An image of floats in integers.
void write_numbers(const Int8Input& image, const Shape& input, CSource& c) {
  const std::int64_t channels = std::ssize(image.mean);
  c.array("float", "input_mean", image.mean);
  c.array("float", "input_steps", image.steps);
  c.call("quantize",
         fmt::format("{}, {}, input_mean, input_steps, {}, {}, {}", channels,
                     element_count(input) / channels, image.zero, c.interface().input, c.at(0)),
         to_string(input));
}

}  // namespace

CSource float_source(const Model& model, const std::vector<InferenceNode>& nodes) {
  const Sequential& net = model.net;
  const CInterface interface = interface_of(model);
  CSource c(float_functions(), interface, "float", 4, arena_of(nodes, net.input_shape(), false));
  write_image(net, c);
  for (const FloatOperationPtr& operation : device_operations(nodes)) operation->write(c);
  c.call(interface.last.empty() ? "copy" : interface.last,
         fmt::format("{}, {}, {}", element_count(net.output_shape()),
                     c.at(nodes.empty() ? 0 : nodes.back().value), interface.output),
         to_string(net.output_shape()));
  return c;
}

CSource int8_source(const Model& model, const QuantizedNetwork::State& net) {
  const CInterface interface = interface_of(model);
  CSource c(int8_functions(), interface, "int8_t", 1, arena_of(net.nodes, net.input, true));
  net.image.takes_bytes() ? write_pixels(net.image, net.input, c)
                          : write_numbers(net.image, net.input, c);
  for (const auto& operation : net.operations) operation->write(c);
  net.last->write(c);
  if (!interface.last.empty()) {
    c.call(interface.last,
           fmt::format("{0}, {1}, {1}", element_count(net.output), interface.output),
           to_string(net.output));
  }
  return c;
}

}  // namespace lenet
