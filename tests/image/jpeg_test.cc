// JPEGs, written by libjpeg here and damaged by hand.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
// clang-format off
#include <jpeglib.h>  // wants the two above
// clang-format on

#include "image/image_bytes.h"

namespace lenet {
namespace {

struct Jpeg {
  int width = 48, height = 48;
  int h = 1, v = 1;  ///< samples of luma for one of chroma
  J_COLOR_SPACE colours = JCS_RGB;
  bool progressive = false;
  unsigned restart = 0;  ///< MCUs
};

/// Grey that rises with the column by 5 and falls with the row by 1.
std::uint8_t grey_at(int y, int x) { return static_cast<std::uint8_t>(60 + 4 * x - y); }

std::string encoded(const Jpeg& jpeg) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_width = static_cast<JDIMENSION>(jpeg.width);
  info.image_height = static_cast<JDIMENSION>(jpeg.height);
  info.in_color_space = jpeg.colours;
  info.input_components = jpeg.colours == JCS_CMYK ? 4 : 3;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  info.comp_info[0].h_samp_factor = jpeg.h;
  info.comp_info[0].v_samp_factor = jpeg.v;
  info.restart_interval = jpeg.restart;
  if (jpeg.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < jpeg.height; ++y) {
    std::string row;
    for (int x = 0; x < jpeg.width; ++x) {
      row.append(static_cast<std::size_t>(info.input_components), static_cast<char>(grey_at(y, x)));
    }
    auto* line = reinterpret_cast<JSAMPROW>(row.data());
    jpeg_write_scanlines(&info, &line, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string result(reinterpret_cast<char*>(out), size);
  std::free(out);
  return result;
}

TEST(Jpeg, OfEverySubsamplingIsRead) {
  for (int h = 1; h <= 4; ++h) {
    for (int v = 1; v <= 4; ++v) {
      if (h * v + 2 > 10) continue;  // blocks of an MCU
      const Image image = decode_image(encoded({.h = h, .v = v}), "a");
      ASSERT_EQ(image.shape, (Shape{3, 48, 48}));
      EXPECT_EQ(image.warning, "");
      for (int i = 0; i < 3 * 48 * 48; ++i) {
        const int want = grey_at(i / 48 % 48, i % 48);
        ASSERT_NEAR(image.pixels[static_cast<std::size_t>(i)], want, 2) << h << "x" << v;
      }
    }
  }
}

/// Where the marker 0xFF, `code` is, the n-th of them.
std::size_t marker(const std::string& jpeg, int code, int n = 0) {
  std::size_t at = jpeg.find(bytes({0xFF, code}));
  for (int i = 0; i < n; ++i) at = jpeg.find(bytes({0xFF, code}), at + 2);
  return at;
}

TEST(Jpeg, WithBytesTooManyIsReadWithAWarning) {
  const std::string good = encoded({});
  std::string longer = good;
  longer.insert(marker(good, 0xD9), std::string(17, '\x11'));
  const Image image = decode_image(longer, "a");
  EXPECT_EQ(image.pixels, decode_image(good, "a").pixels);
  EXPECT_TRUE(contains(image.warning, "extraneous bytes before marker 0xd9"));
}

TEST(Jpeg, WithADamagedPieceBetweenRestartsIsReadWithAWarning) {
  const std::string good = encoded({.restart = 6});  // MCUs: one row
  const std::size_t begin = marker(good, 0xD1), end = marker(good, 0xD2);
  std::string bad = good;
  bad.erase(begin + 12, end - begin - 12);
  const Image whole = decode_image(good, "a"), image = decode_image(bad, "a");
  EXPECT_TRUE(contains(image.warning, "premature end of data segment"));
  ASSERT_EQ(image.shape, whole.shape);
  for (std::size_t i = 0; i < whole.pixels.size(); ++i) {
    const std::size_t y = i / 48 % 48;
    if (y < 16 || y >= 24) {
      ASSERT_EQ(image.pixels[i], whole.pixels[i]) << y;
    }
  }
}

TEST(Jpeg, WithOneDamagedByteIsReadLikeByLibjpegOrSaysThatItIsCut) {
  const std::string good = encoded({});
  const std::size_t scan = marker(good, 0xDA) + 14;
  int read = 0, tried = 0;
  for (std::size_t at = scan; at + 40 < good.size(); at += 40, ++tried) {
    std::string bad = good;
    bad[at] ^= 0x10;
    try {
      EXPECT_EQ(decode_image(bad, "a").pixels.size(), 3u * 48 * 48);
      ++read;
    } catch (const Error& e) {
      EXPECT_TRUE(contains(e.what(), "a: cut JPEG: ") || contains(e.what(), "a: broken JPEG: "));
    }
  }
  EXPECT_GT(read, tried / 2);
}

TEST(Jpeg, ThatLacksPixelsIsRefused) {
  for (const bool progressive : {false, true}) {
    const std::string good = encoded({.progressive = progressive});
    for (std::size_t size = 4; size + 10 < good.size(); size += 10) {
      EXPECT_TRUE(contains(refusal_of(good.substr(0, size)), "a: cut JPEG: ")) << size;
    }
  }
  const std::string good = encoded({});
  const std::size_t half = (marker(good, 0xDA) + good.size()) / 2;
  const std::string ended = good.substr(0, half) + bytes({0xFF, 0xD9});
  EXPECT_TRUE(contains(refusal_of(ended), "a: cut JPEG: Corrupt JPEG data: premature end of data"));
  const std::string scans = encoded({.progressive = true});
  EXPECT_TRUE(contains(refusal_of(scans.substr(0, marker(scans, 0xDA, 3))), "a: cut JPEG: "));
}

TEST(Jpeg, WithoutItsLastMarkerHasAllPixels) {
  const std::string good = encoded({});
  EXPECT_EQ(decode_image(good.substr(0, good.size() - 2), "a").pixels,
            decode_image(good, "a").pixels);
}

TEST(Jpeg, RefusesFourInksAndKindsThatLibjpegLacks) {
  EXPECT_TRUE(contains(refusal_of(encoded({.colours = JCS_CMYK})), "four inks (CMYK), want grey"));
  std::string deep = encoded({});
  deep[marker(deep, 0xC0) + 4] = 12;  // bits a sample
  EXPECT_TRUE(
      contains(refusal_of(deep), "libjpeg does not read: Unsupported JPEG data precision 12"));
  std::string lossless = encoded({});
  lossless[marker(lossless, 0xC0) + 1] = '\xC3';
  EXPECT_TRUE(contains(refusal_of(lossless), "libjpeg does not read: Unsupported JPEG process"));
  EXPECT_TRUE(contains(refusal_of(bytes({0xFF, 0xD8, 0xFF, 0xD9})), "a: broken JPEG: "));
}

TEST(Jpeg, RefusesSizesAndScansBeyondTheLimits) {
  std::string large = encoded({});
  large[marker(large, 0xC0) + 5] = '\x7F';  // of the height
  EXPECT_TRUE(contains(refusal_of(large), "48x32560 pixels, want 1 to 16384 a side"));
  const std::string jpeg = encoded({.progressive = true});
  const std::size_t begin = marker(jpeg, 0xDA), end = jpeg.find(bytes({0xFF, 0xC4}), begin);
  std::string scans = jpeg.substr(0, end);
  for (int i = 0; i < 500; ++i) scans += jpeg.substr(begin, end - begin);
  EXPECT_TRUE(contains(refusal_of(scans + jpeg.substr(end)), "more than 500 scans"));
}

}  // namespace
}  // namespace lenet
