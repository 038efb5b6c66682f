// WebP, written by libwebp here. Animated ones and orientations: image_test.cc.
#include <gtest/gtest.h>
#include <webp/encode.h>

#include "image/image_bytes.h"

namespace lenet {
namespace {

std::string lossless(const Pixels& rgba, int width, int height) {
  std::uint8_t* out = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(rgba.data(), width, height, 4 * width, &out);
  std::string result(reinterpret_cast<char*>(out), size);
  WebPFree(out);
  return result;
}

TEST(Webp, IsInColourAndLiesOverWhite) {
  const Image image = decode_image(lossless({10, 20, 30, 255, 40, 50, 60, 0}, 2, 1), "a");
  EXPECT_EQ(image.shape, (Shape{3, 1, 2}));
  EXPECT_EQ(image.pixels, (Pixels{10, 255, 20, 255, 30, 255}));
}

/// A canvas of these sizes with a frame at a place on it, in the container's words.
std::string on_canvas(std::uint32_t width, std::uint32_t height, std::uint32_t x, std::uint32_t y,
                      const std::string& still, std::uint32_t still_width) {
  const auto le24 = [](std::uint32_t value) { return le32(value).substr(0, 3); };
  const auto chunk = [](const std::string& name, const std::string& data) {
    return name + le32(static_cast<std::uint32_t>(data.size())) + data +
           std::string(data.size() % 2, '\0');
  };
  constexpr int kAnimated = 2, kAlpha = 16;
  const std::string image = still.substr(12);  // behind RIFF's header
  const std::string body =
      "WEBP" +
      chunk("VP8X", bytes({kAnimated | kAlpha, 0, 0, 0}) + le24(width - 1) + le24(height - 1)) +
      chunk("ANIM", le32(0) + le16(0)) +
      chunk("ANMF", le24(x / 2) + le24(y / 2) + le24(still_width - 1) + le24(0) + le24(100) +
                        bytes({0}) + image);
  return "RIFF" + le32(static_cast<std::uint32_t>(body.size())) + body;
}

TEST(Webp, AnimatedHasItsFirstFrameInItsPlace) {
  const std::string still = lossless({1, 2, 3, 255, 4, 5, 6, 255}, 2, 1);
  const Image image = decode_image(on_canvas(4, 3, 2, 2, still, 2), "a");
  EXPECT_EQ(image.shape, (Shape{3, 3, 4}));
  Pixels want(36, 255);
  want[10] = 1, want[11] = 4, want[22] = 2, want[23] = 5, want[34] = 3, want[35] = 6;
  EXPECT_EQ(image.pixels, want);
}

TEST(Webp, ThatIsCutOrBrokenIsRefused) {
  const std::string good = lossless(Pixels(4 * 64, 99), 8, 8);
  for (std::size_t size = 12; size < good.size(); ++size) {
    EXPECT_TRUE(contains(refusal_of(good.substr(0, size)), "WebP")) << size;
  }
  const std::string still = lossless({1, 2, 3, 255, 4, 5, 6, 255}, 2, 1);
  EXPECT_TRUE(contains(refusal_of(on_canvas(2, 1, 2, 0, still, 2)), "WebP"));
}

TEST(Webp, RefusesSizesBeforeItTakesMemory) {
  const std::string still = lossless({1, 2, 3, 255, 4, 5, 6, 255}, 2, 1);
  EXPECT_TRUE(contains(refusal_of(on_canvas(16385, 1, 0, 0, still, 2)), "16385x1 pixels, want 1"));
  EXPECT_TRUE(contains(refusal_of(on_canvas(16384, 16384, 0, 0, still, 2)), "at most 67108864"));
}

}  // namespace
}  // namespace lenet
