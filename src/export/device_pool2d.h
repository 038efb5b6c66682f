// The windows of poolings on a device.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "export/c_source.h"
#include "nn/pool2d_shape.h"

namespace lenet {

/// Calls f(output, row, column, each) for each window, at that row and column of the output;
/// each(g) calls g with the window's elements.
template <class T, class F>
void for_each_window(const Pool2dShape& s, const T* x, F f) {
  std::int64_t output = 0;
  for (std::int64_t c = 0; c < s.channels; ++c, x += std::int64_t{s.height.in} * s.width.in) {
    for (int oh = 0; oh < s.height.out; ++oh) {
      const PoolAxis::Places rows = s.height.window(oh);
      for (int ow = 0; ow < s.width.out; ++ow, ++output) {
        const PoolAxis::Places columns = s.width.window(ow);
        f(output, oh, ow, [&](auto visit) {
          for (std::int64_t h = rows.first; h < rows.last; ++h) {
            for (std::int64_t w = columns.first; w < columns.last; ++w) {
              visit(x[h * s.width.in + w]);
            }
          }
        });
      }
    }
  }
}

/// Adds the windows of an axis to exported C, as "Span"s; third(o) is the last number of window o.
template <class F>
void write_spans(const std::string& name, const PoolAxis& axis, F third, CSource& c) {
  std::vector<std::string> spans;
  for (int o = 0; o < axis.out; ++o) {
    const auto [first, last] = axis.window(o);
    spans.push_back(fmt::format("{{{}, {}, {}}}", first, last, third(o)));
  }
  c.array("Span", name, spans, 12 * std::ssize(spans));
}

/// "channels, in height, in width, out height, out width, rows3, columns3".
std::string span_arguments(const InferenceNode& o);

/// Adds the spans with their divisors, and gives span_arguments().
std::string write_spans_with_divisors(const InferenceNode& o, CSource& c);

}  // namespace lenet
