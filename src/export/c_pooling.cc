#include "export/c_pooling.h"

#include <fmt/format.h>

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

}  // namespace lenet
