#include "export/c_functions.h"

#include <fmt/format.h>

namespace lenet {

const CFunction kWindowType = {"Window",
                               R"(/* A window that slides over the height and width of an image. */
typedef struct {
  int in_channels, in_height, in_width;
  int out_channels, out_height, out_width;
  int kernel_height, kernel_width;
  int stride_height, stride_width;
  int pad_height, pad_width;
} Window;
)"};

const CFunction kTapsType = {"Taps", R"(typedef struct {
  int first, last;
} Taps;
)"};

const CFunction kTapsInside = {
    "taps_inside",
    R"(/* The taps of a window, from first to before last, that lie on an axis of `size` places. */
static Taps taps_inside(int start, int kernel, int size) {
  Taps taps;
  taps.first = start < 0 ? -start : 0;
  taps.last = size - start < kernel ? size - start : kernel;
  return taps;
}
)",
    {"Taps"}};

const CFunction kGroupsType = {"Groups",
                               R"(/* Channels in groups, taps `dilation` places from each other. */
typedef struct {
  int groups;
  int dilation_height, dilation_width;
} Groups;

/* The taps of such a window, from first to before last, that lie on an axis of `size` places. */
static Taps taps_apart(int start, int kernel, int dilation, int size) {
  const int before = start < 0 ? (-start + dilation - 1) / dilation : 0;
  const int inside = start < size ? (size - start + dilation - 1) / dilation : 0;
  Taps taps;
  taps.first = before < kernel ? before : kernel;
  taps.last = inside < kernel ? inside : kernel;
  return taps;
}
)",
                               {"Taps"}};

const CFunction kSoftmax = {"softmax", R"(/* y = e^(x - largest x), over their sum. */
static void softmax(int count, const float *x, float *y) {
  float most = x[0], sum = 0.0f;
  for (int i = 1; i < count; ++i) most = x[i] > most ? x[i] : most;
  for (int i = 0; i < count; ++i) {
    y[i] = expf(x[i] - most);
    sum += y[i];
  }
  for (int i = 0; i < count; ++i) y[i] /= sum;
}
)"};

const CFunction kSigmoidOfEach = {
    "sigmoid_of_each",
    R"(static void sigmoid_of_each(int count, const float *x, float *y) {
  for (int i = 0; i < count; ++i) y[i] = 1.0f / (1.0f + expf(-x[i]));
}
)"};

CFunction upsample_of(const char* type) {
  constexpr const char* kText =
      R"(/* Each element of each row so many times on both axes. */
static void upsample(int rows, int width, int scale_height, int scale_width, const {0} *x,
                     {0} *y) {{
  for (int row = 0; row < rows; ++row, x += width) {{
    for (int h = 0; h < scale_height; ++h) {{
      for (int i = 0; i < width; ++i) {{
        for (int w = 0; w < scale_width; ++w) *y++ = x[i];
      }}
    }}
  }}
}}
)";
  return {"upsample", fmt::format(kText, type)};
}

CFunction zero_pad2d_of(const char* type) {
  constexpr const char* kText =
      R"(/* Zeros round each channel, so many before the first row and column. */
static void zero_pad2d(int channels, int in_height, int in_width, int out_height, int out_width,
                       int top, int left, {0} zero, const {0} *x, {0} *y) {{
  for (int i = 0; i < channels * out_height * out_width; ++i) y[i] = zero;
  for (int c = 0; c < channels; ++c, y += out_height * out_width) {{
    for (int h = 0; h < in_height; ++h) {{
      {0} *row = y + (top + h) * out_width + left;
      for (int w = 0; w < in_width; ++w) row[w] = *x++;
    }}
  }}
}}
)";
  return {"zero_pad2d", fmt::format(kText, type)};
}

std::string c_functions(const std::vector<CFunction>& library, std::set<std::string_view> used) {
  for (auto f = library.rbegin(); f != library.rend(); ++f) {
    if (used.contains(f->name)) used.insert(f->needs.begin(), f->needs.end());
  }
  std::string texts;
  for (const CFunction& f : library) {
    if (used.contains(f.name)) texts.append(f.text) += '\n';
  }
  return texts;
}

}  // namespace lenet
