#include <fmt/format.h>
#include <turbojpeg.h>

#include <memory>

#include "data/image_formats.h"

namespace lenet {

Image decode_jpeg(std::string_view bytes, const std::string& source) {
  const std::unique_ptr<void, int (*)(void*)> jpeg(tjInitDecompress(), tjDestroy);
  const auto fail = [&] {
    bad_image(source, fmt::format("broken JPEG: {}", tjGetErrorStr2(jpeg.get())));
  };
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(jpeg.get(), data, bytes.size(), &width, &height, &subsampling,
                          &colours) != 0) {
    fail();
  }
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
    bad_image(source, "a JPEG of four inks (CMYK), want grey or RGB; convert it first");
  }
  const bool grey = colours == TJCS_GRAY;
  Image image = make_image(grey ? 1 : 3, height, width, source);
  std::string interleaved(image.pixels.size(), '\0');
  // The exact transforms and filters: what libjpeg gives, whatever the CPU.
  constexpr int kExact = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
  if (tjDecompress2(jpeg.get(), data, bytes.size(),
                    reinterpret_cast<unsigned char*>(interleaved.data()), width, 0, height,
                    grey ? TJPF_GRAY : TJPF_RGB, kExact) != 0) {
    fail();
  }
  to_planes(interleaved, image);
  return image;
}

}  // namespace lenet
