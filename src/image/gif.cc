// The first frame of a GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
#include <fmt/format.h>
#include <gif_lib.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "image/decoders.h"

namespace lenet {
namespace {

/// Some of the bytes, fewer at their end.
int read_some(GifFileType* gif, GifByteType* out, int size) {
  auto& left = *static_cast<std::string_view*>(gif->UserData);
  const std::size_t count = std::min(left.size(), static_cast<std::size_t>(size));
  std::memcpy(out, left.data(), count);
  left.remove_prefix(count);
  return static_cast<int>(count);
}

[[noreturn]] void fail(int code, const std::string& source) {
  if (code == D_GIF_ERR_NOT_ENOUGH_MEM) throw std::bad_alloc();
  const char* const reason = GifErrorString(code);
  bad_image(source, fmt::format("broken or cut GIF: {}", reason ? reason : "no reason given"));
}

struct CloseGif {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};

class GifReader {
 public:
  GifReader(std::string_view bytes, const std::string& source) : left_(bytes), source_(source) {
    int error = 0;
    gif_.reset(DGifOpen(&left_, read_some, &error));
    if (!gif_) fail(error, source_);
  }

  /// Grey where the whole palette is. What the frame does not cover is transparent.
  Image read() {
    go_to_frame();
    const GifImageDesc& frame = gif_->Image;
    const std::span<const GifColorType> palette = palette_of(frame);
    const bool grey = std::ranges::all_of(palette, [](const GifColorType& colour) {
      return colour.Red == colour.Green && colour.Green == colour.Blue;
    });
    Image image = make_image(grey ? 1 : 3, std::max(gif_->SHeight, frame.Top + frame.Height),
                             std::max(gif_->SWidth, frame.Left + frame.Width), source_);
    const auto bytes = static_cast<std::size_t>(image.shape[0] + 1);
    std::string canvas(image.pixels.size() / (bytes - 1) * bytes, '\0');
    std::string row(static_cast<std::size_t>(frame.Width), '\0');
    for_each_row(frame, [&](std::int64_t y) {
      require(DGifGetLine(gif_.get(), reinterpret_cast<GifPixelType*>(row.data()), frame.Width));
      const std::int64_t place = (frame.Top + y) * image.shape[2] + frame.Left;
      write_row(row, palette, bytes, canvas.data() + place * static_cast<std::int64_t>(bytes));
    });
    to_planes(canvas, image);
    return image;
  }

 private:
  void require(int status) const {
    if (status == GIF_ERROR) fail(gif_->Error, source_);
  }

  /// Past what stands before the first frame, but for the index that is transparent in it.
  void go_to_frame() {
    for (GifRecordType record = UNDEFINED_RECORD_TYPE; record != IMAGE_DESC_RECORD_TYPE;) {
      require(DGifGetRecordType(gif_.get(), &record));
      if (record == TERMINATE_RECORD_TYPE) bad_image(source_, "a GIF without an image");
      if (record == EXTENSION_RECORD_TYPE) read_extension();
    }
    require(DGifGetImageDesc(gif_.get()));
  }

  void read_extension() {
    int code = 0;
    GifByteType* block = nullptr;
    require(DGifGetExtension(gif_.get(), &code, &block));
    GraphicsControlBlock control;
    if (code == GRAPHICS_EXT_FUNC_CODE && block &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      transparent_ = control.TransparentColor;
    }
    while (block) require(DGifGetExtensionNext(gif_.get(), &block));
  }

  std::span<const GifColorType> palette_of(const GifImageDesc& frame) const {
    const ColorMapObject* const map = frame.ColorMap ? frame.ColorMap : gif_->SColorMap;
    if (!map) bad_image(source_, "a GIF without colours");
    return {map->Colors, static_cast<std::size_t>(map->ColorCount)};
  }

  /// The rows in the order of the file.
  template <class F>
  static void for_each_row(const GifImageDesc& frame, F f) {
    constexpr int kFirst[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};
    if (!frame.Interlace) {
      for (int y = 0; y < frame.Height; ++y) f(y);
      return;
    }
    for (int pass = 0; pass < 4; ++pass) {
      for (int y = kFirst[pass]; y < frame.Height; y += kStep[pass]) f(y);
    }
  }

  /// A row of indices as pixels of so many bytes, the last of them alpha.
  void write_row(std::string_view row, std::span<const GifColorType> palette, std::size_t bytes,
                 char* out) const {
    for (const char pixel : row) {
      const auto index = static_cast<unsigned char>(pixel);
      if (index >= palette.size()) {
        bad_image(source_, fmt::format("a GIF with pixel {} of {} colours", index, palette.size()));
      }
      const GifColorType& colour = palette[index];
      const GifByteType rgb[] = {colour.Red, colour.Green, colour.Blue};
      std::memcpy(out, rgb, bytes - 1);
      out[bytes - 1] = static_cast<char>(index == transparent_ ? 0 : 255);
      out += bytes;
    }
  }

  std::string_view left_;
  const std::string& source_;
  int transparent_ = NO_TRANSPARENT_COLOR;
  std::unique_ptr<GifFileType, CloseGif> gif_;
};

}  // namespace

Image decode_gif(std::string_view bytes, const std::string& source) {
  return GifReader(bytes, source).read();
}

}  // namespace lenet
