#include <fmt/format.h>
#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/file.h"
#include "image/decoders.h"
#include "image/exif.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// Reads in steps, none of which has a C++ object in the frame that an error jumps over; false: it
/// failed. Not libpng's simplified interface, which turns pixels to sRGB by the file's gamma.
class PngReader {
 public:
  explicit PngReader(std::string_view bytes)
      : left_(bytes), png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, nullptr)) {
    if (png_) info_ = png_create_info_struct(png_);
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    png_set_read_fn(png_, this, read);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // make_image has the limits
    constexpr int kAllThatAreNoPixels = -1;
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, kAllThatAreNoPixels);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_AS_DEFAULT,
                                reinterpret_cast<png_const_bytep>("eXIf"), 1);
    png_read_info(png_, info_);
    return true;
  }

  /// From here on the pixels are 8 bits a channel: grey or colour, perhaps with alpha.
  bool expand() {
    if (setjmp(jump_) != 0) return false;
    png_set_expand(png_);
    png_set_scale_16(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_pixels(png_bytepp rows) {
    if (setjmp(jump_) != 0) return false;
    png_read_image(png_, rows);
    return true;
  }

  /// What is behind the pixels; none of it makes the file unreadable.
  void read_end() {
    if (setjmp(jump_) != 0) return;
    png_read_end(png_, info_);
  }

  std::size_t height() const { return png_get_image_height(png_, info_); }
  std::size_t width() const { return png_get_image_width(png_, info_); }
  std::size_t channels() const { return png_get_channels(png_, info_); }
  bool is_colour() const { return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) != 0; }
  const char* message() const { return message_; }

  int orientation() const {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (!png_get_eXIf_1(png_, info_, &size, &exif)) return 1;
    return exif_orientation({reinterpret_cast<const char*>(exif), size});
  }

 private:
  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader.message_, sizeof(reader.message_), "%s", message);
    std::longjmp(reader.jump_, 1);
  }

  static void read(png_structp png, png_bytep out, std::size_t size) {
    std::string_view& left = static_cast<PngReader*>(png_get_io_ptr(png))->left_;
    if (left.size() < size) png_error(png, "the file is cut");
    std::memcpy(out, left.data(), size);
    left.remove_prefix(size);
  }

  std::string_view left_;
  std::jmp_buf jump_;
  char message_[200] = "";
  png_structp png_;
  png_infop info_ = nullptr;
};

}  // namespace

Image decode_png(std::string_view bytes, const std::string& source) {
  PngReader png(bytes);
  const auto fail = [&] { bad_image(source, fmt::format("broken PNG: {}", png.message())); };
  if (!png.read_header()) fail();
  Image image = make_image(png.is_colour() ? 3 : 1, static_cast<std::int64_t>(png.height()),
                           static_cast<std::int64_t>(png.width()), source);
  if (!png.expand()) fail();
  const std::size_t row_bytes = png.width() * png.channels();
  std::string interleaved(png.height() * row_bytes, '\0');
  std::vector<png_bytep> rows(png.height());
  for (std::size_t y = 0; y < rows.size(); ++y) {
    rows[y] = reinterpret_cast<png_bytep>(interleaved.data() + y * row_bytes);
  }
  if (!png.read_pixels(rows.data())) fail();
  png.read_end();
  to_planes(interleaved, image);
  image.warning = png.message();
  return turned(std::move(image), png.orientation());
}

std::string encode_png(const Image& image) {
  const auto channels = static_cast<std::size_t>(image.shape[0]);
  const std::size_t plane = image.pixels.size() / channels;
  std::string interleaved(image.pixels.size(), '\0');
  for (std::size_t i = 0; i < interleaved.size(); ++i) {
    interleaved[i] = static_cast<char>(image.pixels[i % channels * plane + i / channels]);
  }
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  png.height = static_cast<png_uint_32>(image.shape[1]);
  png.width = static_cast<png_uint_32>(image.shape[2]);
  png.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::string bytes(size, '\0');
  // Frees what `png` holds, also where it fails.
  if (!png_image_write_to_memory(&png, bytes.data(), &size, 0, interleaved.data(), 0, nullptr)) {
    throw Error(ErrorKind::kFailed,
                fmt::format("a picture that cannot be encoded: {}", png.message));
  }
  bytes.resize(size);
  return bytes;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  write_file(path, encode_png(image));
}

}  // namespace lenet
