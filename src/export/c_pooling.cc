#include "export/c_pooling.h"

#include <fmt/format.h>

#include <string>

#include "export/pool_divisors.h"
#include "nn/pool2d_shape.h"

namespace lenet {
namespace {

/// "Span"; `third` is what a mean wants to know of it.
CFunction span_type(const char* third, const char* what) {
  return {
      "Span",
      fmt::format(R"(/* The places of a window on one axis, from first to before last, and {}. */
typedef struct {{
  int first, last, {};
}} Span;
)",
                  what, third)};
}

CFunction max_pool2d_spans_of(const char* type) {
  return {"max_pool2d_spans",
          fmt::format(R"(/* The largest value of each window. */
static void max_pool2d_spans(int channels, int in_height, int in_width, int out_height,
                             int out_width, const Span *rows, const Span *columns, const {0} *x,
                             {0} *y) {{
  for (int c = 0; c < channels; ++c, x += in_height * in_width) {{
    for (int oh = 0; oh < out_height; ++oh) {{
      for (int ow = 0; ow < out_width; ++ow) {{
        {0} most = x[rows[oh].first * in_width + columns[ow].first];
        for (int h = rows[oh].first; h < rows[oh].last; ++h) {{
          for (int w = columns[ow].first; w < columns[ow].last; ++w) {{
            const {0} v = x[h * in_width + w];
            most = v > most ? v : most;
          }}
        }}
        *y++ = most;
      }}
    }}
  }}
}}
)",
                      type),
          {"Span"}};
}

/// The windows of an axis as "Span"s; `third` gives the last number of window o.
template <class F>
void add_spans(const std::string& name, const PoolAxis& axis, CSource& c, F third) {
  std::vector<std::string> spans;
  for (int o = 0; o < axis.out; ++o) {
    const auto [first, last] = axis.window(o);
    spans.push_back(fmt::format("{{{}, {}, {}}}", first, last, third(o)));
  }
  c.array("Span", name, spans, 12 * std::ssize(spans));
}

/// "channels, in height, in width, out height, out width, rows3, columns3".
std::string span_arguments(const InferenceNode& o) {
  return fmt::format("{}, {}, {}, {}, {}, rows{}, columns{}", o.input[0], o.input[1], o.input[2],
                     o.output[1], o.output[2], c_name(o), c_name(o));
}

/// Adds the spans with their divisors, and gives span_arguments().
std::string spans_with_divisors(const InferenceNode& o, CSource& c) {
  const Pool2dShape shape = pool2d_shape(o);
  add_spans("rows" + c_name(o), shape.height, c, [&](int i) { return shape.height.divisor(i); });
  add_spans("columns" + c_name(o), shape.width, c, [&](int i) { return shape.width.divisor(i); });
  return span_arguments(o);
}

}  // namespace

std::vector<CFunction> float_span_poolings() {
  return {span_type("divisor", "what a mean divides by"),
          {"avg_pool2d_spans",
           R"(/* The mean of each window. */
static void avg_pool2d_spans(int channels, int in_height, int in_width, int out_height,
                             int out_width, const Span *rows, const Span *columns, const float *x,
                             float *y) {
  for (int c = 0; c < channels; ++c, x += in_height * in_width) {
    for (int oh = 0; oh < out_height; ++oh) {
      for (int ow = 0; ow < out_width; ++ow) {
        float sum = 0.0f;
        for (int h = rows[oh].first; h < rows[oh].last; ++h) {
          for (int w = columns[ow].first; w < columns[ow].last; ++w) sum += x[h * in_width + w];
        }
        *y++ = sum / (float)(rows[oh].divisor * columns[ow].divisor);
      }
    }
  }
}
)",
           {"Span"}},
          max_pool2d_spans_of("float")};
}

std::vector<CFunction> int8_span_poolings() {
  return {
      span_type("divisor", "which of its axis's divisors a mean has"),
      {"Factor", R"(/* What brings a sum to the output's scale. */
typedef struct {
  int32_t multiplier;
  uint8_t shift;
} Factor;
)"},
      {"avg_pool2d_spans",
       R"(/* The mean of each window. A factor for each pair of divisors of the axes, of `divisors` of a
   row. */
static void avg_pool2d_spans(int channels, int in_height, int in_width, int out_height,
                             int out_width, const Span *rows, const Span *columns,
                             const Factor *factors, int divisors, int zero_in, int zero_out,
                             const int8_t *x, int8_t *y) {
  for (int c = 0; c < channels; ++c, x += in_height * in_width) {
    for (int oh = 0; oh < out_height; ++oh) {
      for (int ow = 0; ow < out_width; ++ow) {
        const Factor *factor = factors + rows[oh].divisor * divisors + columns[ow].divisor;
        int32_t sum = 0;
        for (int h = rows[oh].first; h < rows[oh].last; ++h) {
          for (int w = columns[ow].first; w < columns[ow].last; ++w) {
            sum += x[h * in_width + w] - zero_in;
          }
        }
        *y++ = rescale(sum, factor->multiplier, factor->shift, zero_out);
      }
    }
  }
}
)",
       {"Span", "Factor", "rescale"}},
      max_pool2d_spans_of("int8_t")};
}

void add_average(const InferenceNode& o, CSource& c) {
  if (is_uniform(pool2d_shape(o))) {
    c.window(o);
    return c.call_across("avg_pool2d", "&window" + c_name(o), o);
  }
  c.call_across("avg_pool2d_spans", spans_with_divisors(o, c), o);
}

void add_average(const Int8Operation& q, CSource& c) {
  const InferenceNode& o = q.what;
  const Pool2dShape shape = pool2d_shape(o);
  if (is_uniform(shape)) {
    c.window(o);
    const Rescaling& by = q.rescaling[0];
    return c.call_across("avg_pool2d",
                         fmt::format("&window{}, {}, {}, {}, {}", c_name(o), by.multiplier,
                                     by.shift, q.zero_in, q.zero_out),
                         o);
  }
  const PoolDivisors rows = divisors_of(shape.height), columns = divisors_of(shape.width);
  const auto place_in = [](const PoolDivisors& divisors) {
    return [&](int i) { return divisors.of_window[static_cast<std::size_t>(i)]; };
  };
  add_spans("rows" + c_name(o), shape.height, c, place_in(rows));
  add_spans("columns" + c_name(o), shape.width, c, place_in(columns));
  std::vector<std::string> factors;
  for (const Rescaling& by : q.rescaling) {
    factors.push_back(fmt::format("{{{}, {}}}", by.multiplier, by.shift));
  }
  c.array("Factor", "factors" + c_name(o), factors, 8 * std::ssize(factors));
  c.call_across("avg_pool2d_spans",
                fmt::format("{}, factors{}, {}, {}, {}", span_arguments(o), c_name(o),
                            columns.values.size(), q.zero_in, q.zero_out),
                o);
}

void add_maximum(const InferenceNode& o, CSource& c) {
  if (!pool2d_shape(o).height.adaptive()) {
    c.window(o);
    return c.call_across("max_pool2d", "&window" + c_name(o), o);
  }
  c.call_across("max_pool2d_spans", spans_with_divisors(o, c), o);
}

}  // namespace lenet
