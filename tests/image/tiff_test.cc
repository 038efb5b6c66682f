// TIFFs, written by libtiff here.
#include <tiffio.h>

#include <functional>

#include "data/test_files.h"
#include "image/image_bytes.h"

namespace lenet {
namespace {

/// What of a TIFF is not as usual: grey, 8 bits, one strip.
struct Tags {
  std::uint32_t width = 2, height = 2;
  int bits = 8, samples = 1, meaning = PHOTOMETRIC_MINISBLACK, planes = PLANARCONFIG_CONTIG;
  int compression = COMPRESSION_NONE, format = SAMPLEFORMAT_UINT;
  std::vector<std::uint16_t> extra = {};
};

class TiffImage : public TestFolder {
 protected:
  /// `rest` sets further tags and writes the pixels.
  std::string written(const Tags& tags, const std::function<void(TIFF*)>& rest,
                      const char* mode = "w") const {
    const std::string name = (dir_ / "a.tif").string();
    TIFF* const tiff = TIFFOpen(name.c_str(), mode);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, tags.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, tags.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, tags.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, tags.samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, tags.meaning);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, tags.planes);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, tags.compression);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, tags.format);
    if (!tags.extra.empty()) {
      TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, static_cast<int>(tags.extra.size()),
                   tags.extra.data());
    }
    rest(tiff);
    TIFFClose(tiff);
    return read_file(name, 1 << 20);
  }

  /// In one strip.
  std::string strip(const Tags& tags, Pixels pixels, const char* mode = "w") const {
    return written(
        tags,
        [&](TIFF* tiff) {
          TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, tags.height);
          TIFFWriteRawStrip(tiff, 0, pixels.data(), std::ssize(pixels));
        },
        mode);
  }
};

void expect(const std::string& file, const Shape& shape, const Pixels& pixels) {
  const Image image = decode_image(file, "a");
  EXPECT_EQ(image.shape, shape);
  EXPECT_EQ(image.pixels, pixels);
}

TEST_F(TiffImage, OfGreyIsReadInEveryDepth) {
  expect(strip({.width = 3, .bits = 1}, {0xA0, 0x40}), {1, 2, 3}, {255, 0, 255, 0, 255, 0});
  expect(strip({.width = 3, .height = 1, .bits = 2}, {0x1B}), {1, 1, 3}, {0, 85, 170});
  expect(strip({.height = 1, .bits = 4}, {0x0F}), {1, 1, 2}, {0, 255});
  expect(strip({}, {1, 2, 3, 4}), {1, 2, 2}, {1, 2, 3, 4});
  // 0x0081 / 257 = 0.502 is rounded, where to cut it would give 0; in both orders of bytes.
  expect(strip({.height = 1, .bits = 16}, {0x81, 0x00, 0xFF, 0xFF}, "wl"), {1, 1, 2}, {1, 255});
  expect(strip({.height = 1, .bits = 16}, {0x00, 0x80, 0x80, 0x80}, "wb"), {1, 1, 2}, {0, 128});
  expect(strip({.meaning = PHOTOMETRIC_MINISWHITE}, {0, 1, 254, 255}), {1, 2, 2}, {255, 254, 1, 0});
}

TEST_F(TiffImage, MayBeABigTiff) { expect(strip({}, {1, 2, 3, 4}, "w8"), {1, 2, 2}, {1, 2, 3, 4}); }

TEST_F(TiffImage, OfColoursMayHaveItsPlanesApart) {
  const Pixels want = {1, 4, 2, 5, 3, 6};
  expect(strip({.height = 1, .samples = 3, .meaning = PHOTOMETRIC_RGB}, {1, 2, 3, 4, 5, 6}),
         {3, 1, 2}, want);
  const Tags apart{
      .height = 1, .samples = 3, .meaning = PHOTOMETRIC_RGB, .planes = PLANARCONFIG_SEPARATE};
  expect(written(apart,
                 [&](TIFF* tiff) {
                   TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 1);
                   Pixels planes = want;
                   for (std::uint32_t p = 0; p < 3; ++p) {
                     TIFFWriteRawStrip(tiff, p, planes.data() + 2 * p, 2);
                   }
                 }),
         {3, 1, 2}, want);
}

TEST_F(TiffImage, MayHaveTilesAndSeveralStrips) {
  Pixels image, tile(256);
  for (int i = 0; i < 20 * 18; ++i) image.push_back(static_cast<std::uint8_t>(i));
  const auto tiles = [&](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
    for (std::uint32_t t = 0; t < 4; ++t) {
      for (std::uint32_t i = 0; i < 256; ++i) {
        const std::uint32_t y = t / 2 * 16 + i / 16, x = t % 2 * 16 + i % 16;
        tile[i] = y < 18 && x < 20 ? image[y * 20 + x] : 77;
      }
      TIFFWriteEncodedTile(tiff, t, tile.data(), 256);
    }
  };
  const auto strips = [&](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 7);
    for (std::uint32_t s = 0; s < 3; ++s) {
      TIFFWriteEncodedStrip(tiff, s, image.data() + s * 140, s < 2 ? 140 : 80);
    }
  };
  const Tags tags{.width = 20, .height = 18, .compression = COMPRESSION_LZW};
  expect(written(tags, tiles), {1, 18, 20}, image);
  expect(written(tags, strips), {1, 18, 20}, image);
}

TEST_F(TiffImage, WithAlphaLiesOverWhiteAndOtherSamplesAreLeftOut) {
  Tags tags{.height = 1, .samples = 4, .meaning = PHOTOMETRIC_RGB};
  const Pixels pixels = {10, 20, 30, 255, 40, 50, 60, 51};
  tags.extra = {EXTRASAMPLE_UNASSALPHA};  // 40 / 5 + 204, and so on
  expect(strip(tags, pixels), {3, 1, 2}, {10, 212, 20, 214, 30, 216});
  tags.extra = {EXTRASAMPLE_ASSOCALPHA};  // 40 + 204
  expect(strip(tags, pixels), {3, 1, 2}, {10, 244, 20, 254, 30, 255});
  tags.extra = {EXTRASAMPLE_UNSPECIFIED};
  expect(strip(tags, pixels), {3, 1, 2}, {10, 40, 20, 50, 30, 60});
  const Tags grey{.height = 1, .samples = 2, .extra = {EXTRASAMPLE_UNASSALPHA}};
  expect(strip(grey, {7, 255, 7, 0}), {1, 1, 2}, {7, 255});
}

TEST_F(TiffImage, WithAPaletteHasItsColours) {
  for (const int factor : {256, 257, 1}) {  // libtiff's way, PIL's and that of some old programs
    std::vector<std::uint16_t> map(256);
    for (int i = 0; i < 256; ++i)
      map[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(i * factor);
    std::vector<std::uint16_t> none(256);
    const auto palette = [&](std::uint16_t* red, std::uint16_t* green) {
      return written({.height = 1, .meaning = PHOTOMETRIC_PALETTE}, [&](TIFF* tiff) {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 1);
        TIFFSetField(tiff, TIFFTAG_COLORMAP, red, green, red);
        std::uint8_t indices[] = {9, 255};
        TIFFWriteRawStrip(tiff, 0, indices, 2);
      });
    };
    expect(palette(map.data(), none.data()), {3, 1, 2}, {9, 255, 0, 0, 9, 255});
    expect(palette(map.data(), map.data()), {1, 1, 2}, {9, 255});
  }
}

TEST_F(TiffImage, RefusesWhatItDoesNotKnow) {
  const auto refuses = [&](const Tags& tags, const char* what) {
    EXPECT_TRUE(contains(refusal_of(strip(tags, Pixels(64))), what));
  };
  refuses({.bits = 32, .format = SAMPLEFORMAT_IEEEFP}, "32 bits with sample format 3");
  refuses({.bits = 16, .format = SAMPLEFORMAT_INT}, "16 bits with sample format 2");
  refuses({.bits = 32}, "1 samples of 32 bits");
  refuses({.bits = 12}, "1 samples of 12 bits");
  refuses({.samples = 4, .meaning = PHOTOMETRIC_SEPARATED}, "photometric interpretation 5");
  refuses({.samples = 3, .meaning = PHOTOMETRIC_CIELAB}, "photometric interpretation 8");
  refuses({.samples = 3, .meaning = PHOTOMETRIC_YCBCR}, "photometric interpretation 6");
  refuses({.samples = 9}, "9 samples of 8 bits");
  refuses({.samples = 2, .meaning = PHOTOMETRIC_RGB}, "2 samples of 8 bits");
  refuses({.compression = COMPRESSION_LZMA}, "compression 34925, want none, LZW");
}

TEST_F(TiffImage, ThatLacksPixelsIsRefused) {
  const std::string three = strip({.compression = COMPRESSION_PACKBITS}, {2, 7, 8, 9});
  EXPECT_TRUE(contains(refusal_of(three), "a: broken TIFF: "));
  const std::string deflate = written({.compression = COMPRESSION_ADOBE_DEFLATE}, [](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 2);
    std::uint8_t pixels[] = {1, 2};  // of a strip of four
    TIFFWriteEncodedStrip(tiff, 0, pixels, 2);
  });
  EXPECT_TRUE(contains(refusal_of(deflate), "a: broken TIFF: "));
  EXPECT_TRUE(contains(refusal_of(std::string("II*\0", 4)), "a: broken TIFF: "));
}

TEST_F(TiffImage, RefusesSizesBeforeItTakesMemory) {
  EXPECT_TRUE(contains(refusal_of(strip({.width = 16385}, {1})), "16385x2 pixels, want 1 to"));
  EXPECT_TRUE(contains(refusal_of(strip({.width = 16384, .height = 16384}, {1})), "most 67108864"));
  const std::string tile = written({}, [](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 1 << 24);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
    std::uint8_t pixel = 0;
    TIFFWriteRawTile(tiff, 0, &pixel, 1);
  });
  EXPECT_TRUE(contains(refusal_of(tile), "at most 16384 pixels a side"));
}

}  // namespace
}  // namespace lenet
