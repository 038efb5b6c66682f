#include "export/c_functions.h"
#include "export/c_pooling.h"

namespace lenet {

namespace {

std::vector<CFunction> all() {
  std::vector<CFunction> functions = {
      kWindowType,
      kTapsType,
      kTapsInside,
      kGroupsType,
      {"Channel",
       R"(/* Of an output channel: what its sum starts with, and what brings it to the output's scale. */
typedef struct {
  int32_t bias, multiplier;
  uint8_t shift;
} Channel;
)"},
      {"rescale", R"(/* sum * multiplier / 2^shift, halves away from 0, plus zero; saturated. */
static int8_t rescale(int32_t sum, int32_t multiplier, int shift, int zero) {
  const int64_t product = (int64_t)sum * multiplier, half = (int64_t)1 << (shift - 1);
  int64_t q = product >= 0 ? (product + half) >> shift : -((half - product) >> shift);
  q += zero;
  return (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
}
)"},
      {"look_up_pixels",
       R"(/* The normalised value of each byte, from its channel's 256 of the table. */
static void look_up_pixels(int channels, int plane, const int8_t *table, const uint8_t *pixels,
                           int8_t *y) {
  for (int c = 0; c < channels; ++c, table += 256) {
    for (int i = 0; i < plane; ++i) *y++ = table[*pixels++];
  }
}
)"},
      {"quantize",
       R"(/* The steps of each number from the mean of its channel, plus zero; saturated. */
static void quantize(int channels, int plane, const float *mean, const float *steps, int zero,
                     const float *x, int8_t *y) {
  for (int c = 0; c < channels; ++c) {
    for (int i = 0; i < plane; ++i) {
      const float q = roundf((*x++ - mean[c]) * steps[c]) + (float)zero;
      *y++ = (int8_t)(q > 127 ? 127 : q > -128 ? q : -128);
    }
  }
}
)"},
      {"look_up", R"(/* An activation: its value for q is at q + 128. */
static void look_up(int count, const int8_t *table, int8_t *x) {
  for (int i = 0; i < count; ++i) x[i] = table[x[i] + 128];
}
)"},
      {"copy", R"(static void copy(int count, const int8_t *x, int8_t *y) {
  for (int i = 0; i < count; ++i) y[i] = x[i];
}
)"},
      {"Term",
       R"(/* A value of a sum: its zero, and its scale as a multiple of what all sums are counted in. */
typedef struct {
  int32_t weight;
  int zero;
} Term;
)"},
      {"add",
       R"(/* y = x[0] + x[1] + ...; y may be one of them. */
static void add(int count, int inputs, const Term *terms, const int8_t *const *x,
                int32_t multiplier, int shift, int zero_out, int8_t *y) {
  for (int i = 0; i < count; ++i) {
    int32_t sum = 0;
    for (int k = 0; k < inputs; ++k) sum += terms[k].weight * (x[k][i] - terms[k].zero);
    y[i] = rescale(sum, multiplier, shift, zero_out);
  }
}
)",
       {"Term", "rescale"}},
      zero_pad2d_of("int8_t"),
      upsample_of("int8_t"),
      {"conv2d",
       R"(/* weight: (out channels, in channels, kernel height, kernel width). */
static void conv2d(const Window *s, const int8_t *weight, const Channel *channels, int zero_in,
                   int zero_out, const int8_t *x, int8_t *y) {
  const int row = s->in_channels * s->kernel_height * s->kernel_width;
  for (int o = 0; o < s->out_channels; ++o, ++channels, weight += row) {
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_inside(top, s->kernel_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_inside(left, s->kernel_width, s->in_width);
        int32_t sum = channels->bias;
        for (int c = 0; c < s->in_channels; ++c) {
          for (int h = rows.first; h < rows.last; ++h) {
            const int8_t *w = weight + (c * s->kernel_height + h) * s->kernel_width;
            const int at = (c * s->in_height + top + h) * s->in_width + left;
            for (int k = columns.first; k < columns.last; ++k) sum += w[k] * (x[at + k] - zero_in);
          }
        }
        *y++ = rescale(sum, channels->multiplier, channels->shift, zero_out);
      }
    }
  }
}
)",
       {"Window", "taps_inside", "Channel", "rescale"}},
      {"grouped_conv2d",
       R"(/* weight: (out channels, in channels / groups, kernel height, kernel width). */
static void grouped_conv2d(const Window *s, const Groups *g, const int8_t *weight,
                           const Channel *channels, int zero_in, int zero_out, const int8_t *x,
                           int8_t *y) {
  const int seen = s->in_channels / g->groups, given = s->out_channels / g->groups;
  const int plane = s->in_height * s->in_width, row = seen * s->kernel_height * s->kernel_width;
  for (int o = 0; o < s->out_channels; ++o, ++channels, weight += row) {
    const int8_t *in = x + o / given * seen * plane;
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_apart(top, s->kernel_height, g->dilation_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_apart(left, s->kernel_width, g->dilation_width, s->in_width);
        int32_t sum = channels->bias;
        for (int c = 0; c < seen; ++c) {
          for (int h = rows.first; h < rows.last; ++h) {
            const int8_t *w = weight + (c * s->kernel_height + h) * s->kernel_width;
            const int at = c * plane + (top + h * g->dilation_height) * s->in_width + left;
            for (int k = columns.first; k < columns.last; ++k) {
              sum += w[k] * (in[at + k * g->dilation_width] - zero_in);
            }
          }
        }
        *y++ = rescale(sum, channels->multiplier, channels->shift, zero_out);
      }
    }
  }
}
)",
       {"Window", "Groups", "Channel", "rescale"}},
      {"dot", R"(/* sum + weight * (x - zero) */
static int32_t dot(int32_t sum, int count, const int8_t *weight, int zero, const int8_t *x) {
  for (int i = 0; i < count; ++i) sum += weight[i] * (x[i] - zero);
  return sum;
}
)"},
      {"linear",
       R"(/* weight: (outputs, inputs). */
static void linear(int inputs, int outputs, const int8_t *weight, const Channel *channels,
                   int zero_in, int zero_out, const int8_t *x, int8_t *y) {
  for (int o = 0; o < outputs; ++o, ++channels, weight += inputs) {
    const int32_t sum = dot(channels->bias, inputs, weight, zero_in, x);
    y[o] = rescale(sum, channels->multiplier, channels->shift, zero_out);
  }
}
)",
       {"Channel", "rescale", "dot"}},
      {"linear_logits",
       R"(/* The last layer: its sums keep all their bits. */
static void linear_logits(int inputs, int outputs, const int8_t *weight, const int32_t *bias,
                          const float *scale, int zero_in, const int8_t *x, float *y) {
  for (int o = 0; o < outputs; ++o, weight += inputs) {
    y[o] = (float)dot(bias[o], inputs, weight, zero_in, x) * scale[o];
  }
}
)",
       {"dot"}},
      {"group_norm",
       R"(/* x = (x - mean) / sqrt(variance + eps) * weight + bias, by the statistics of its group. What is
   rounded is counted in 1 / 256 of the output's steps. */
static void group_norm(int groups, int channels, int plane, float eps, const float *gain,
                       const int32_t *bias, int zero_in, int zero_out, int8_t *x) {
  const int count = channels * plane;
  const float n = (float)count;
  for (int g = 0; g < groups; ++g, x += count, gain += channels, bias += channels) {
    int64_t sum = 0, squares = 0;
    for (int i = 0; i < count; ++i) {
      const int32_t v = x[i] - zero_in;
      sum += v;
      squares += v * v;
    }
    const float variance = (float)(count * squares - sum * sum) / (n * n);
    const float inverse = 256.0f / sqrtf(variance + eps) / n;
    for (int i = 0; i < count; ++i) {
      const int64_t centred = (int64_t)count * (x[i] - zero_in) - sum;
      float v = (float)centred * inverse * gain[i / plane];
      v = v < -5e8f ? -5e8f : v > 5e8f ? 5e8f : v;
      const int64_t y = (((int64_t)lroundf(v) + bias[i / plane] + 128) >> 8) + zero_out;
      x[i] = (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
    }
  }
}
)"},
      {"scale",
       R"(/* y = x * the gate of its channel. */
static void scale(int gates, int plane, int zero_x, int zero_gate, int32_t multiplier, int shift,
                  int zero_out, const int8_t *x, const int8_t *gate, int8_t *y) {
  for (int c = 0; c < gates; ++c) {
    for (int i = 0; i < plane; ++i) {
      *y++ = rescale((*x++ - zero_x) * (gate[c] - zero_gate), multiplier, shift, zero_out);
    }
  }
}
)",
       {"rescale"}},
      {"Slope", R"(/* What brings values of one side of 0 to the output's scale. */
typedef struct {
  int32_t sign, multiplier;
  uint8_t shift;
} Slope;
)"},
      {"prelu",
       R"(/* x below 0 times the weight of its channel; slopes: that above 0, then those below. */
static void prelu(int channels, int plane, const Slope *slopes, int zero_in, int zero_out,
                  int8_t *x) {
  for (int c = 0; c < channels; ++c) {
    for (int i = 0; i < plane; ++i, ++x) {
      const Slope *by = *x > zero_in ? slopes : slopes + 1 + c;
      *x = rescale(by->sign * (*x - zero_in), by->multiplier, by->shift, zero_out);
    }
  }
}
)",
       {"Slope", "rescale"}},
      {"affine",
       R"(/* x = x * weight + bias of its channel. */
static void affine(int count, int plane, const int8_t *weight, const Channel *channels, int zero_in,
                   int zero_out, int8_t *x) {
  for (int c = 0; c < count; ++c, ++channels) {
    for (int i = 0; i < plane; ++i, ++x) {
      const int32_t sum = channels->bias + weight[c] * (*x - zero_in);
      *x = rescale(sum, channels->multiplier, channels->shift, zero_out);
    }
  }
}
)",
       {"Channel", "rescale"}},
      {"avg_pool2d",
       R"(/* The mean of each window; padding counts as 0. The multiplier holds 1 / area. */
static void avg_pool2d(const Window *s, int32_t multiplier, int shift, int zero_in, int zero_out,
                       const int8_t *x, int8_t *y) {
  for (int c = 0; c < s->in_channels; ++c, x += s->in_height * s->in_width) {
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_inside(top, s->kernel_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_inside(left, s->kernel_width, s->in_width);
        int32_t sum = 0;
        for (int h = rows.first; h < rows.last; ++h) {
          const int at = (top + h) * s->in_width + left;
          for (int k = columns.first; k < columns.last; ++k) sum += x[at + k] - zero_in;
        }
        *y++ = rescale(sum, multiplier, shift, zero_out);
      }
    }
  }
}
)",
       {"Window", "taps_inside", "rescale"}},
      {"max_pool2d",
       R"(/* The largest value of each window; padding has none. */
static void max_pool2d(const Window *s, const int8_t *x, int8_t *y) {
  for (int c = 0; c < s->in_channels; ++c, x += s->in_height * s->in_width) {
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_inside(top, s->kernel_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_inside(left, s->kernel_width, s->in_width);
        int8_t most = INT8_MIN;
        for (int h = rows.first; h < rows.last; ++h) {
          const int at = (top + h) * s->in_width + left;
          for (int k = columns.first; k < columns.last; ++k) {
            most = x[at + k] > most ? x[at + k] : most;
          }
        }
        *y++ = most;
      }
    }
  }
}
)",
       {"Window", "taps_inside"}},
      {"dequantize",
       R"(static void dequantize(int count, int zero, float scale, const int8_t *x, float *y) {
  for (int i = 0; i < count; ++i) y[i] = (float)(x[i] - zero) * scale;
}
)"},
  };
  const std::vector<CFunction> spans = int8_span_poolings();
  functions.insert(functions.end(), spans.begin(), spans.end());
  functions.push_back(kSoftmax);
  functions.push_back(kSigmoidOfEach);
  return functions;
}

}  // namespace

const std::vector<CFunction>& int8_functions() {
  static const std::vector<CFunction> functions = all();
  return functions;
}

}  // namespace lenet
