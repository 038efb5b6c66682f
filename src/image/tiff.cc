// The first page of a TIFF. libtiff decodes strips and tiles; what their samples mean is read here,
// as its own conversion cuts 16 bits of grey to 8 and takes samples of no meaning for alpha.
#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "image/decoders.h"
#include "image/exif.h"
#include "image/tiff_file.h"

namespace lenet {
namespace {

class TiffReader {
 public:
  TiffReader(std::string_view bytes, const std::string& source)
      : file_{.bytes = bytes}, source_(source), tiff_(open_tiff(file_)) {
    if (!tiff_) fail();
  }

  Image read() {
    read_kind();
    const bool grey = read_palette();
    Image image = make_image(grey ? 1 : 3, height_, width_, source_);
    samples_.resize(static_cast<std::size_t>(height_ * width_) * kept());
    read_blocks();
    if (alpha_ == EXTRASAMPLE_ASSOCALPHA) lay_over_white();
    to_planes(is_palette() ? in_colours(grey) : samples_, image);
    return turned(std::move(image), number(TIFFTAG_ORIENTATION));
  }

 private:
  [[noreturn]] void fail() const {
    bad_image(source_, fmt::format("broken TIFF: {}", file_.error.data()));
  }

  std::uint16_t number(std::uint32_t tag) const {
    std::uint16_t value = 0;
    TIFFGetFieldDefaulted(tiff_.get(), tag, &value);
    return value;
  }

  bool is_palette() const { return meaning_ == PHOTOMETRIC_PALETTE; }
  /// The samples of a pixel that count: colours and, behind them, alpha.
  std::size_t kept() const { return colours_ + (alpha_ == 0 ? 0 : 1); }

  void read_kind() {
    std::uint32_t height = 0, width = 0;
    TIFFGetField(tiff_.get(), TIFFTAG_IMAGELENGTH, &height);
    TIFFGetField(tiff_.get(), TIFFTAG_IMAGEWIDTH, &width);
    height_ = height, width_ = width;
    bits_ = number(TIFFTAG_BITSPERSAMPLE);
    samples_a_pixel_ = number(TIFFTAG_SAMPLESPERPIXEL);
    separate_ = number(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
    meaning_ = number(TIFFTAG_PHOTOMETRIC);
    require_compression();
    colours_ = meaning_ == PHOTOMETRIC_RGB ? 3 : 1;
    require_samples();
    std::uint16_t count = 0, *extra = nullptr;
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_EXTRASAMPLES, &count, &extra);
    const bool has_alpha =
        samples_a_pixel_ > colours_ && count > 0 &&
        (extra[0] == EXTRASAMPLE_ASSOCALPHA || extra[0] == EXTRASAMPLE_UNASSALPHA);
    alpha_ = has_alpha ? extra[0] : 0;
  }

  /// TIFF 6.0's, Deflate and Zstandard; JPEG in YCbCr is then RGB.
  void require_compression() {
    constexpr std::array<std::uint16_t, 9> kRead = {
        COMPRESSION_NONE, COMPRESSION_CCITTRLE,      COMPRESSION_CCITTFAX3,
        COMPRESSION_LZW,  COMPRESSION_CCITTFAX4,     COMPRESSION_JPEG,
        COMPRESSION_ZSTD, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS};
    const std::uint16_t compression = number(TIFFTAG_COMPRESSION);
    const bool good =
        compression == COMPRESSION_DEFLATE || std::ranges::find(kRead, compression) != kRead.end();
    if (!good || !TIFFIsCODECConfigured(compression)) {
      bad_image(source_,
                fmt::format("a TIFF with compression {}, want none, LZW, Deflate, PackBits, "
                            "JPEG, CCITT or Zstandard; convert it first",
                            compression));
    }
    if (compression == COMPRESSION_JPEG && meaning_ == PHOTOMETRIC_YCBCR) {
      TIFFSetField(tiff_.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      meaning_ = PHOTOMETRIC_RGB;
    }
  }

  void require_samples() const {
    constexpr std::uint16_t kMostSamples = 8;
    const bool whole = number(TIFFTAG_SAMPLEFORMAT) == SAMPLEFORMAT_UINT ||
                       number(TIFFTAG_SAMPLEFORMAT) == SAMPLEFORMAT_VOID;
    const bool bits =
        bits_ == 1 || bits_ == 2 || bits_ == 4 || bits_ == 8 || (bits_ == 16 && !is_palette());
    const bool meaning = meaning_ == PHOTOMETRIC_MINISWHITE || meaning_ == PHOTOMETRIC_MINISBLACK ||
                         meaning_ == PHOTOMETRIC_RGB || is_palette();
    if (whole && bits && meaning && samples_a_pixel_ >= colours_ &&
        samples_a_pixel_ <= kMostSamples) {
      return;
    }
    bad_image(source_,
              fmt::format("a TIFF of {} samples of {} bits with sample format {} and photometric "
                          "interpretation {}, want whole numbers of 1, 2, 4, 8 or 16 bits in grey "
                          "(0, 1), RGB (2) or a palette (3); convert it first",
                          samples_a_pixel_, bits_, number(TIFFTAG_SAMPLEFORMAT), meaning_));
  }

  /// Whether the image is grey, as its palette is or its samples are.
  bool read_palette() {
    if (!is_palette()) return colours_ == 1;
    std::array<std::uint16_t*, 3> maps = {};
    if (!TIFFGetField(tiff_.get(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2])) {
      bad_image(source_, "a TIFF with a palette that is not there");
    }
    const std::size_t count = std::size_t{1} << bits_;
    bool deep = false, grey = true;
    for (std::size_t i = 0; i < count; ++i) {
      for (const std::uint16_t* map : maps) deep = deep || map[i] > 255;
    }
    // Files have 256 or 257 times 8 bits or, against the standard, 8 bits.
    for (std::size_t i = 0; i < count; ++i) {
      std::array<char, 3> colour;
      for (std::size_t c = 0; c < 3; ++c) {
        colour[c] = static_cast<char>(deep ? maps[c][i] >> 8 : maps[c][i]);
      }
      grey = grey && colour[0] == colour[1] && colour[1] == colour[2];
      palette_.push_back(colour);
    }
    return grey;
  }

  /// All strips or tiles, each of one plane where planes are apart.
  void read_blocks() {
    TIFF* const tiff = tiff_.get();
    const bool tiled = TIFFIsTiled(tiff) != 0;
    std::uint32_t high = 0, wide = static_cast<std::uint32_t>(width_);
    TIFFGetFieldDefaulted(tiff, tiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, &high);
    if (tiled) TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &wide);
    const bool large = tiled && (high > kMostImageSide || wide > kMostImageSide);
    const tmsize_t size = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    const tmsize_t row = tiled ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff);
    if (large || high == 0 || wide == 0 || row <= 0 || size <= 0 || size > kMostBlockBytes) {
      bad_image(source_,
                fmt::format("a TIFF with a strip or tile of {} bytes, want 1 to {}, and at "
                            "most {} pixels a side",
                            size, kMostBlockBytes, kMostImageSide));
    }
    block_.resize(static_cast<std::size_t>(size));
    const std::size_t planes = separate_ ? kept() : 1;
    for (std::size_t plane = 0; plane < planes; ++plane) {
      for (std::int64_t y = 0; y < height_; y += high) {
        for (std::int64_t x = 0; x < width_; x += wide) {
          const Block block{.y = y,
                            .x = x,
                            .high = std::min<std::int64_t>(high, height_ - y),
                            .wide = std::min<std::int64_t>(wide, width_ - x),
                            .plane = plane};
          decode(block, tiled, row);
          take(block, row);
        }
      }
    }
  }

  /// The part of the image that a strip or tile holds.
  struct Block {
    std::int64_t y, x, high, wide;
    std::size_t plane;
  };

  void decode(const Block& block, bool tiled, tmsize_t row_bytes) {
    const auto x = static_cast<std::uint32_t>(block.x), y = static_cast<std::uint32_t>(block.y);
    const auto plane = static_cast<std::uint16_t>(block.plane);
    TIFF* const tiff = tiff_.get();
    const tmsize_t wanted = tiled ? static_cast<tmsize_t>(block_.size())
                                  : row_bytes * static_cast<tmsize_t>(block.high);
    const tmsize_t read =
        tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), block_.data(),
                                    wanted)
              : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), block_.data(), wanted);
    if (read == wanted && file_.error[0] == '\0') return;
    if (file_.error[0] != '\0') fail();
    bad_image(source_, fmt::format("cut TIFF: {} bytes of a strip or tile, want {}", read, wanted));
  }

  /// The samples of a decoded block into their places.
  void take(const Block& block, tmsize_t row_bytes) {
    const std::size_t stored = separate_ ? 1 : samples_a_pixel_, taken = separate_ ? 1 : kept();
    for (std::int64_t i = 0; i < block.high; ++i) {
      const char* const row = block_.data() + i * row_bytes;
      for (std::int64_t j = 0; j < block.wide; ++j) {
        const auto pixel = static_cast<std::size_t>((block.y + i) * width_ + block.x + j);
        char* const out = samples_.data() + pixel * kept() + block.plane;
        for (std::size_t s = 0; s < taken; ++s) {
          out[s] = sample(row, static_cast<std::size_t>(j) * stored + s, block.plane + s);
        }
      }
    }
  }

  /// Sample i of a row in 8 bits; an index of a palette as it is.
  char sample(const char* row, std::size_t i, std::size_t channel) const {
    std::uint32_t value = 0;
    if (bits_ == 16) {
      std::uint16_t deep = 0;  // in this machine's order
      std::memcpy(&deep, row + 2 * i, 2);
      value = deep;
    } else {
      const std::size_t bit = i * bits_;
      value = static_cast<unsigned char>(row[bit / 8]) >> (8 - bits_ - bit % 8);
    }
    const std::uint32_t most = (1u << bits_) - 1;
    value &= most;
    if (channel < colours_ && is_palette()) return static_cast<char>(value);
    value = (value * 255 + most / 2) / most;
    const bool inverted = meaning_ == PHOTOMETRIC_MINISWHITE && channel < colours_;
    return static_cast<char>(inverted ? 255 - value : value);
  }

  /// Pixels that are multiplied by their alpha already.
  void lay_over_white() {
    for (std::size_t i = 0; i < samples_.size(); i += kept()) {
      char& alpha = samples_[i + colours_];
      const int white = 255 - static_cast<unsigned char>(alpha);
      for (std::size_t c = 0; c < colours_; ++c) {
        const int value = static_cast<unsigned char>(samples_[i + c]);
        samples_[i + c] = static_cast<char>(std::min(value + white, 255));
      }
      alpha = static_cast<char>(255);
    }
  }

  std::string in_colours(bool grey) const {
    std::string pixels;
    for (std::size_t i = 0; i < samples_.size(); i += kept()) {
      pixels.append(palette_[static_cast<unsigned char>(samples_[i])].data(), grey ? 1 : 3);
      if (alpha_ != 0) pixels += samples_[i + 1];
    }
    return pixels;
  }

  TiffFile file_;
  const std::string& source_;
  Tiff tiff_;
  std::int64_t height_ = 0, width_ = 0;
  std::uint16_t bits_ = 0, samples_a_pixel_ = 0, meaning_ = 0, alpha_ = 0;
  bool separate_ = false;
  std::size_t colours_ = 0;
  std::vector<std::array<char, 3>> palette_ = {};  ///< red, green, blue
  std::string block_ = {}, samples_ = {};          ///< bytes as libtiff decodes them; of all pixels
};

}  // namespace

Image decode_tiff(std::string_view bytes, const std::string& source) {
  return TiffReader(bytes, source).read();
}

}  // namespace lenet
