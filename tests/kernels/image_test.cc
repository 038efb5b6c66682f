#include "kernels/image.h"

#include <algorithm>
#include <cstring>

#include "kernels/linear.h"
#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

/// A pack of which every lane is the image.
AlignedFloats spread(const std::vector<float>& image) {
  AlignedFloats pack(static_cast<std::int64_t>(image.size()) * kPack);
  for (std::size_t i = 0; i < image.size(); ++i) {
    std::fill_n(pack.data() + static_cast<std::int64_t>(i) * kPack, kPack, image[i]);
  }
  return pack;
}

/// The image in a buffer with the room that kernels for one image ask for.
AlignedFloats with_room(const std::vector<float>& image) {
  AlignedFloats copy(static_cast<std::int64_t>(image.size()) + 2 * kPack);
  std::copy(image.begin(), image.end(), copy.data());
  return copy;
}

/// The values of one image have the bits of lane 0 of a pack.
void expect_same_bits(const float* image, const float* pack, std::int64_t count,
                      const std::string& what) {
  for (std::int64_t i = 0; i < count; ++i) {
    ASSERT_EQ(std::memcmp(image + i, pack + i * kPack, sizeof(float)), 0)
        << what << ", value " << i << ": " << image[i] << " and " << pack[i * kPack];
  }
}

Conv2dShape conv2d_shape(std::int64_t in, std::int64_t out, std::int64_t height, std::int64_t width,
                         std::int64_t kernel_height, std::int64_t kernel_width,
                         std::int64_t stride_height, std::int64_t pad,
                         std::int64_t stride_width = 1, std::int64_t groups = 1,
                         std::int64_t behind = 0) {
  return {.in_channels = in,
          .in_height = height,
          .in_width = width,
          .out_channels = out,
          .out_height = (height + 2 * pad + behind - kernel_height) / stride_height + 1,
          .out_width = (width + 2 * pad + behind - kernel_width) / stride_width + 1,
          .kernel_height = kernel_height,
          .kernel_width = kernel_width,
          .stride_height = stride_height,
          .stride_width = stride_width,
          .pad_height = pad,
          .pad_width = pad,
          .groups = groups};
}

TEST(Image, Conv2dHasTheBitsOfAPack) {
  const Conv2dShape shapes[] = {
      conv2d_shape(1, 6, 28, 28, 5, 5, 1, 2), conv2d_shape(6, 16, 14, 14, 5, 5, 1, 0),
      conv2d_shape(3, 17, 9, 40, 3, 3, 2, 1), conv2d_shape(2, 33, 7, 17, 1, 1, 1, 0),
      conv2d_shape(5, 48, 6, 6, 3, 5, 1, 2), conv2d_shape(4, 1, 5, 100, 2, 7, 1, 0),
      conv2d_shape(1, 25, 3, 3, 3, 3, 1, 0), conv2d_shape(2, 7, 12, 16, 3, 3, 1, 1),
      conv2d_shape(16, 64, 11, 51, 3, 3, 1, 1), conv2d_shape(1, 3, 1, 1, 1, 1, 1, 3),
      // columns that slide by 2 to 4, groups, more padding behind than before
      conv2d_shape(3, 8, 12, 12, 3, 3, 2, 1, 2), conv2d_shape(2, 20, 9, 50, 1, 1, 2, 0, 2),
      conv2d_shape(4, 6, 11, 37, 5, 5, 3, 2, 4), conv2d_shape(1, 64, 49, 10, 10, 4, 2, 4, 2),
      conv2d_shape(8, 8, 25, 5, 3, 3, 1, 1, 1, 8), conv2d_shape(6, 12, 7, 40, 3, 3, 2, 1, 2, 6),
      conv2d_shape(4, 6, 8, 8, 3, 3, 1, 0, 1, 2), conv2d_shape(3, 8, 12, 12, 3, 3, 2, 0, 2, 1, 1),
      conv2d_shape(6, 6, 9, 33, 3, 3, 2, 0, 2, 6, 1),
      conv2d_shape(2, 2, 4, 4, 3, 3, 1, 1, 1, 1, 2)};
  for (const Conv2dShape& s : shapes) {
    const std::int64_t outputs = s.out_channels * s.out_height * s.out_width;
    const auto image = random_floats(s.in_channels * s.in_height * s.in_width, 1);
    const AlignedFloats weight = with_room(random_floats(s.groups * s.group_weights(), 2));
    ASSERT_TRUE(image_conv2d_fits(s));
    const AlignedFloats bias = aligned(random_floats(s.out_channels, 3));
    const AlignedFloats x = with_room(image), pack = spread(image);
    for (const float* b : {bias.data(), static_cast<float*>(nullptr)}) {
      run_on_every_target([&] {
        AlignedFloats y(outputs + kPack), expected(outputs * kPack);
        const AlignedFloats scratch(image_conv2d_scratch(s));
        image_conv2d(s, weight.data(), b, x.data(), y.data(), scratch.data());
        conv2d_forward(s, weight.data(), b, pack.data(), expected.data());
        expect_same_bits(y.data(), expected.data(), outputs,
                         std::to_string(s.in_channels) + " to " + std::to_string(s.out_channels));
        return std::vector<float>(y.data(), y.data() + outputs);
      });
    }
  }
}

TEST(Image, LinearHasTheBitsOfAPack) {
  for (const auto& [inputs, outputs] :
       {std::pair<std::int64_t, std::int64_t>{400, 120}, {84, 10}, {1, 1}, {17, 16}, {33, 65}}) {
    const auto image = random_floats(inputs, 1);
    const AlignedFloats weight = with_room(random_floats(inputs * outputs, 2));
    const AlignedFloats bias = aligned(random_floats(outputs, 3));
    const AlignedFloats x = with_room(image), pack = spread(image);
    run_on_every_target([&, in = inputs, out = outputs] {
      AlignedFloats y(out + 2 * kPack), expected(out * kPack);
      image_linear(in, out, weight.data(), bias.data(), x.data(), y.data());
      linear_forward(in, out, weight.data(), bias.data(), pack.data(), expected.data());
      expect_same_bits(y.data(), expected.data(), out, "linear");
      return std::vector<float>(y.data(), y.data() + out);
    });
  }
}

TEST(Image, PoolingHasTheBitsOfAPack) {
  for (const auto& [height, width] :
       {std::pair<int, int>{28, 28}, {10, 10}, {3, 35}, {2, 2}, {7, 66}}) {
    const Pool2dShape s{3, {height, height / 2, 2, 2}, {width, width / 2, 2, 2}};
    ASSERT_TRUE(image_pool2d_fits(s));
    const std::int64_t outputs = 3 * s.height.out * s.width.out;
    const auto image = random_floats(3 * height * width, 1);
    AlignedFloats x = with_room(image), pack = spread(image);
    for (const Pooling pooling : {Pooling::kAverage, Pooling::kMaximum}) {
      run_on_every_target([&] {
        AlignedFloats y(outputs + 2 * kPack), expected(outputs * kPack);
        image_pool2d(s, pooling, x.data(), y.data());
        pool2d_forward(s, pooling, {}, pack.data(), expected.data());
        expect_same_bits(y.data(), expected.data(), outputs, "pool2d");
        return std::vector<float>(y.data(), y.data() + outputs);
      });
    }
  }
}

TEST(Image, TakesOnlyTwoByTwoWindowsSideBySide) {
  EXPECT_FALSE(image_pool2d_fits({1, {9, 3, 3, 3}, {9, 3, 3, 3}}));
  EXPECT_FALSE(image_pool2d_fits({1, {9, 8, 2, 1}, {9, 8, 2, 1}}));
  EXPECT_FALSE(image_pool2d_fits({1, {8, 5, 2, 2, 1}, {8, 5, 2, 2, 1}}));
  EXPECT_FALSE(image_pool2d_fits({1, {7, 4, 2, 2}, {7, 4, 2, 2}}));  // over the edge
  EXPECT_FALSE(image_pool2d_fits({1, {8, 4}, {8, 4}}));
}

TEST(Image, ScalesEveryByteAsTheDivision) {
  std::vector<std::uint8_t> pixels(256 + 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  run_on_every_target([&] {
    std::vector<float> x(pixels.size());
    image_scale(pixels.data(), static_cast<std::int64_t>(pixels.size()), x.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(x[i], static_cast<float>(pixels[i]) / 255.0f);
    }
    return x;
  });
}

}  // namespace
}  // namespace lenet::kernels
