#include "export/c_elementwise.h"
#include "export/c_functions.h"
#include "export/c_pooling.h"

namespace lenet {
namespace {

std::vector<CFunction> layers() {
  return {
      kWindowType,
      kTapsType,
      kTapsInside,
      kGroupsType,
      {"scale_pixels", R"(static void scale_pixels(int count, const uint8_t *pixels, float *y) {
  for (int i = 0; i < count; ++i) y[i] = (float)pixels[i] / 255.0f;
}
)"},
      {"normalize", R"(/* x = (x - mean) * scale of its channel. */
static void normalize(int channels, int plane, const float *mean, const float *scale, float *x) {
  for (int c = 0; c < channels; ++c) {
    for (int i = 0; i < plane; ++i, ++x) *x = (*x - mean[c]) * scale[c];
  }
}
)"},
      zero_pad2d_of("float"),
      upsample_of("float"),
      {"copy", R"(static void copy(int count, const float *x, float *y) {
  for (int i = 0; i < count; ++i) y[i] = x[i];
}
)"},
      {"add", R"(/* y = x[0] + x[1] + ...; y may be one of them. */
static void add(int count, int inputs, const float *const *x, float *y) {
  for (int i = 0; i < count; ++i) {
    float sum = x[0][i];
    for (int k = 1; k < inputs; ++k) sum += x[k][i];
    y[i] = sum;
  }
}
)"},
      {"conv2d",
       R"(/* weight: (out channels, in channels, kernel height, kernel width); bias: one each, or none. */
static void conv2d(const Window *s, const float *weight, const float *bias, const float *x,
                   float *y) {
  const int row = s->in_channels * s->kernel_height * s->kernel_width;
  for (int o = 0; o < s->out_channels; ++o, weight += row) {
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_inside(top, s->kernel_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_inside(left, s->kernel_width, s->in_width);
        float sum = bias ? bias[o] : 0.0f;
        for (int c = 0; c < s->in_channels; ++c) {
          for (int h = rows.first; h < rows.last; ++h) {
            const float *w = weight + (c * s->kernel_height + h) * s->kernel_width;
            const int at = (c * s->in_height + top + h) * s->in_width + left;
            for (int k = columns.first; k < columns.last; ++k) sum += w[k] * x[at + k];
          }
        }
        *y++ = sum;
      }
    }
  }
}
)",
       {"Window", "taps_inside"}},
      {"grouped_conv2d",
       R"(/* weight: (out channels, in channels / groups, kernel height, kernel width); bias: one each, or
   none. */
static void grouped_conv2d(const Window *s, const Groups *g, const float *weight,
                           const float *bias, const float *x, float *y) {
  const int seen = s->in_channels / g->groups, given = s->out_channels / g->groups;
  const int plane = s->in_height * s->in_width, row = seen * s->kernel_height * s->kernel_width;
  for (int o = 0; o < s->out_channels; ++o, weight += row) {
    const float *in = x + o / given * seen * plane;
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_apart(top, s->kernel_height, g->dilation_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_apart(left, s->kernel_width, g->dilation_width, s->in_width);
        float sum = bias ? bias[o] : 0.0f;
        for (int c = 0; c < seen; ++c) {
          for (int h = rows.first; h < rows.last; ++h) {
            const float *w = weight + (c * s->kernel_height + h) * s->kernel_width;
            const int at = c * plane + (top + h * g->dilation_height) * s->in_width + left;
            for (int k = columns.first; k < columns.last; ++k) {
              sum += w[k] * in[at + k * g->dilation_width];
            }
          }
        }
        *y++ = sum;
      }
    }
  }
}
)",
       {"Window", "Groups"}},
      {"linear", R"(/* weight: (outputs, inputs); bias: one each, or none. */
static void linear(int inputs, int outputs, const float *weight, const float *bias, const float *x,
                   float *y) {
  for (int o = 0; o < outputs; ++o, weight += inputs) {
    float sum = bias ? bias[o] : 0.0f;
    for (int i = 0; i < inputs; ++i) sum += weight[i] * x[i];
    y[o] = sum;
  }
}
)"},
      {"group_norm",
       R"(/* x = (x - mean) / sqrt(variance + eps) * weight + bias, by the statistics of its group. */
static void group_norm(int groups, int channels, int plane, float eps, const float *weight,
                       const float *bias, float *x) {
  const int count = channels * plane;
  for (int g = 0; g < groups; ++g, x += count, weight += channels, bias += channels) {
    float mean = 0.0f, squares = 0.0f;
    for (int i = 0; i < count; ++i) mean += x[i] / (float)count;
    for (int i = 0; i < count; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const float inverse = 1.0f / sqrtf(squares / (float)count + eps);
    for (int i = 0; i < count; ++i) {
      x[i] = (x[i] - mean) * inverse * weight[i / plane] + bias[i / plane];
    }
  }
}
)"},
      {"scale", R"(/* y = x * the gate of its channel. */
static void scale(int gates, int plane, const float *x, const float *gate, float *y) {
  for (int c = 0; c < gates; ++c) {
    for (int i = 0; i < plane; ++i) *y++ = *x++ * gate[c];
  }
}
)"},
      {"prelu", R"(/* x below 0 times the weight of its channel. */
static void prelu(int channels, int plane, const float *weight, float *x) {
  for (int c = 0; c < channels; ++c) {
    for (int i = 0; i < plane; ++i, ++x) *x = *x > 0.0f ? *x : weight[c] * *x;
  }
}
)"},
      {"affine", R"(/* x = x * weight + bias of its channel. */
static void affine(int channels, int plane, const float *weight, const float *bias, float *x) {
  for (int c = 0; c < channels; ++c) {
    for (int i = 0; i < plane; ++i, ++x) *x = *x * weight[c] + bias[c];
  }
}
)"},
      {"avg_pool2d",
       R"(/* The mean of each window; padding counts as 0. */
static void avg_pool2d(const Window *s, const float *x, float *y) {
  const float area = (float)(s->kernel_height * s->kernel_width);
  for (int c = 0; c < s->in_channels; ++c, x += s->in_height * s->in_width) {
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_inside(top, s->kernel_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_inside(left, s->kernel_width, s->in_width);
        float sum = 0.0f;
        for (int h = rows.first; h < rows.last; ++h) {
          const int at = (top + h) * s->in_width + left;
          for (int k = columns.first; k < columns.last; ++k) sum += x[at + k];
        }
        *y++ = sum / area;
      }
    }
  }
}
)",
       {"Window", "taps_inside"}},
      {"max_pool2d",
       R"(/* The largest value of each window; padding has none. */
static void max_pool2d(const Window *s, const float *x, float *y) {
  for (int c = 0; c < s->in_channels; ++c, x += s->in_height * s->in_width) {
    for (int oh = 0; oh < s->out_height; ++oh) {
      const int top = oh * s->stride_height - s->pad_height;
      const Taps rows = taps_inside(top, s->kernel_height, s->in_height);
      for (int ow = 0; ow < s->out_width; ++ow) {
        const int left = ow * s->stride_width - s->pad_width;
        const Taps columns = taps_inside(left, s->kernel_width, s->in_width);
        float most = x[(top + rows.first) * s->in_width + left + columns.first];
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
       {"Window", "taps_inside"}}};
}

std::vector<CFunction> all() {
  std::vector<CFunction> functions = layers();
  for (const std::vector<CFunction>& more : {float_span_poolings(), elementwise_functions()}) {
    functions.insert(functions.end(), more.begin(), more.end());
  }
  functions.push_back(kSoftmax);
  functions.push_back(kSigmoidOfEach);
  return functions;
}

}  // namespace

const std::vector<CFunction>& float_functions() {
  static const std::vector<CFunction> functions = all();
  return functions;
}

}  // namespace lenet
