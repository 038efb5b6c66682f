// In place of the decoders that call a library, where LENET_WITH_IMAGES is off.
#include "base/left_out.h"
#include "image/decoders.h"

namespace lenet {
namespace {

[[noreturn]] void refuse(const std::string& source, const std::string& format) {
  throw_left_out(source, format,
                 "convert it to BMP or PNM, or build it with -DLENET_WITH_IMAGES=ON");
}

}  // namespace

Image decode_gif(std::string_view, const std::string& source) { refuse(source, "GIF"); }
Image decode_jpeg(std::string_view, const std::string& source) { refuse(source, "JPEG"); }
Image decode_png(std::string_view, const std::string& source) { refuse(source, "PNG"); }
Image decode_tiff(std::string_view, const std::string& source) { refuse(source, "TIFF"); }
Image decode_webp(std::string_view, const std::string& source) { refuse(source, "WebP"); }

std::string encode_png(const Image&) { refuse("a picture", "PNG"); }
void write_png(const std::filesystem::path& path, const Image&) { refuse(path.string(), "PNG"); }

}  // namespace lenet
