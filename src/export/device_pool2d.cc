#include "export/device_pool2d.h"

namespace lenet {

std::string span_arguments(const InferenceNode& o) {
  return fmt::format("{}, {}, {}, {}, {}, rows{}, columns{}", o.input[0], o.input[1], o.input[2],
                     o.output[1], o.output[2], c_name(o), c_name(o));
}

std::string write_spans_with_divisors(const InferenceNode& o, CSource& c) {
  const Pool2dShape shape = pool2d_shape(o);
  const auto divisors = [](const PoolAxis& axis) {
    return [&](int window) { return axis.divisor(window); };
  };
  write_spans("rows" + c_name(o), shape.height, divisors(shape.height), c);
  write_spans("columns" + c_name(o), shape.width, divisors(shape.width), c);
  return span_arguments(o);
}

}  // namespace lenet
