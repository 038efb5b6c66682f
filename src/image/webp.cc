// WebP, also animated, of which the first frame is taken.
#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <cstddef>
#include <memory>
#include <new>

#include "image/decoders.h"
#include "image/exif.h"

namespace lenet {
namespace {

using Demuxer = std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)>;

std::string_view text(const WebPData& data) {
  return {reinterpret_cast<const char*>(data.bytes), data.size};
}

int orientation(const WebPDemuxer& webp) {
  WebPChunkIterator chunk = {};
  const bool found = WebPDemuxGetChunk(&webp, "EXIF", 1, &chunk) != 0;
  const int result = found ? exif_orientation(text(chunk.chunk)) : 1;
  WebPDemuxReleaseChunkIterator(&chunk);
  return result;
}

/// Decodes a frame into its place on the canvas, which is `width` pixels of four bytes wide.
VP8StatusCode decode_frame(const WebPIterator& frame, std::size_t width, std::string& canvas) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return VP8_STATUS_INVALID_PARAM;
  const std::size_t place =
      static_cast<std::size_t>(frame.y_offset) * width + static_cast<std::size_t>(frame.x_offset);
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {.rgba = reinterpret_cast<std::uint8_t*>(canvas.data()) + 4 * place,
                          .stride = static_cast<int>(4 * width),
                          .size = canvas.size() - 4 * place};
  return WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
}

/// "cut" where the bytes end too soon.
const char* kind_of(VP8StatusCode status) {
  return status == VP8_STATUS_SUSPENDED || status == VP8_STATUS_NOT_ENOUGH_DATA ? "cut" : "broken";
}

}  // namespace

Image decode_webp(std::string_view bytes, const std::string& source) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  const Demuxer webp(WebPDemux(&data), WebPDemuxDelete);
  if (!webp) bad_image(source, "broken or cut WebP");
  const std::size_t height = WebPDemuxGetI(webp.get(), WEBP_FF_CANVAS_HEIGHT),
                    width = WebPDemuxGetI(webp.get(), WEBP_FF_CANVAS_WIDTH);
  Image image =
      make_image(3, static_cast<std::int64_t>(height), static_cast<std::int64_t>(width), source);
  WebPIterator frame = {};
  constexpr int kFirst = 1;
  if (!WebPDemuxGetFrame(webp.get(), kFirst, &frame)) bad_image(source, "a WebP without an image");
  std::string canvas(height * width * 4, '\0');  // transparent
  const VP8StatusCode status = decode_frame(frame, width, canvas);
  WebPDemuxReleaseIterator(&frame);
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != VP8_STATUS_OK) {
    bad_image(source, fmt::format("{} WebP: libwebp's status {}", kind_of(status),
                                  static_cast<int>(status)));
  }
  to_planes(canvas, image);
  return turned(std::move(image), orientation(*webp));
}

}  // namespace lenet
