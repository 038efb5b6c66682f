// JPEG, by libjpeg's own interface: TurboJPEG's refuses rare subsampling.
#include <fmt/format.h>

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <new>
// clang-format off
#include <jpeglib.h>  // wants the two above, and jerror.h wants it
#include <jerror.h>
// clang-format on

#include "image/decoders.h"
#include "image/exif.h"

namespace lenet {
namespace {

/// What libjpeg calls. An error jumps back to the JpegReader's function that it happened in, over
/// libjpeg's frames alone.
struct Errors : jpeg_error_mgr {
  std::jmp_buf jump;
  bool ended = false;    ///< the file's bytes have run out
  bool missing = false;  ///< so that pixels are missing
  char message[JMSG_LENGTH_MAX] = "";
  char warning[JMSG_LENGTH_MAX] = "";  ///< the first
};

Errors& errors_of(j_common_ptr jpeg) { return *static_cast<Errors*>(jpeg->err); }

[[noreturn]] void on_error(j_common_ptr jpeg) {
  Errors& errors = errors_of(jpeg);
  errors.format_message(jpeg, errors.message);
  std::longjmp(errors.jump, 1);
}

/// Data that ends before its scan does leaves the rest grey. A damaged bit, however, shifts what
/// follows by some blocks, so that the scan may end early in its last row, or up to the next
/// restart marker: all pixels are there, some of them wrong.
bool lacks_rows(const jpeg_decompress_struct& jpeg) {
  const bool restarts = jpeg.unread_marker >= JPEG_RST0 && jpeg.unread_marker <= JPEG_RST0 + 7;
  return !restarts && jpeg.input_iMCU_row + 1 < jpeg.total_iMCU_rows;
}

void on_message(j_common_ptr jpeg, int level) {
  constexpr int kWarning = -1;
  if (level != kWarning) return;
  Errors& errors = errors_of(jpeg);
  if (errors.num_warnings++ == 0) errors.format_message(jpeg, errors.warning);
  if (errors.msg_code == JWRN_JPEG_EOF) errors.ended = true;
  if (errors.msg_code == JWRN_HIT_MARKER) {
    const auto& decompress = *reinterpret_cast<j_decompress_ptr>(jpeg);
    errors.missing = errors.missing || errors.ended || lacks_rows(decompress);
  }
}

/// A progressive file may have a scan of the whole image in every few bytes.
void on_progress(j_common_ptr jpeg) {
  constexpr int kMostScans = 500;  // TurboJPEG's
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= kMostScans) return;
  Errors& errors = errors_of(jpeg);
  std::snprintf(errors.message, sizeof(errors.message), "more than %d scans", kMostScans);
  std::longjmp(errors.jump, 1);
}

/// Reads in steps, none of which has a C++ object in the frame that an error jumps over; false: it
/// failed.
class JpegReader {
 public:
  JpegReader() {
    jpeg_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    progress_.progress_monitor = on_progress;
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  bool read_header(std::string_view bytes) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_decompress(&jpeg_);
    jpeg_.progress = &progress_;
    jpeg_.mem->max_memory_to_use = kMostMemory;
    jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_save_markers(&jpeg_, kExifMarker, 0xFFFF);
    jpeg_read_header(&jpeg_, TRUE);
    in_parts_ = jpeg_has_multiple_scans(&jpeg_) || jpeg_.arith_code;
    return true;
  }

  /// Grey or RGB, side by side. libjpeg's defaults are its exact transforms and filters, the same
  /// on every CPU.
  bool read_pixels(char* pixels) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_.out_color_space = is_grey() ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&jpeg_);
    while (jpeg_.output_scanline < jpeg_.output_height) {
      const std::size_t row = std::size_t{jpeg_.output_scanline} * jpeg_.output_width;
      auto* line = reinterpret_cast<JSAMPROW>(
          pixels + row * static_cast<std::size_t>(jpeg_.output_components));
      jpeg_read_scanlines(&jpeg_, &line, 1);
    }
    return true;
  }

  /// What is behind the pixels; none of it makes the file unreadable. The header is gone then.
  void read_end() {
    if (setjmp(errors_.jump) != 0) return;
    jpeg_finish_decompress(&jpeg_);
  }

  bool is_grey() const { return jpeg_.jpeg_color_space == JCS_GRAYSCALE; }
  bool has_four_inks() const {
    return jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK;
  }
  bool lacks_pixels() const { return errors_.missing || (errors_.ended && in_parts_); }
  std::int64_t height() const { return jpeg_.image_height; }
  std::int64_t width() const { return jpeg_.image_width; }
  const char* warning() const {
    return errors_.warning[0] == '\0' ? errors_.message : errors_.warning;
  }

  int orientation() const {
    for (const jpeg_marker_struct* marker = jpeg_.marker_list; marker; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with("Exif")) return exif_orientation(data);
    }
    return 1;
  }

  [[noreturn]] void fail(const std::string& source) const {
    switch (errors_.msg_code) {
      case JERR_OUT_OF_MEMORY:
        throw std::bad_alloc();
      case JERR_BAD_PRECISION:
      case JERR_CONVERSION_NOTIMPL:
      case JERR_FRACT_SAMPLE_NOTIMPL:
      case JERR_SOF_UNSUPPORTED:
        bad_image(source, fmt::format("a JPEG that libjpeg does not read: {}; convert it first",
                                      errors_.message));
      default:
        if (errors_.ended) bad_image(source, fmt::format("cut JPEG: {}", errors_.warning));
        bad_image(source, fmt::format("broken JPEG: {}", errors_.message));
    }
  }

 private:
  static constexpr int kExifMarker = JPEG_APP0 + 1;
  /// The coefficients of a progressive image of the most pixels, 2 bytes each, are 402 MB.
  static constexpr long kMostMemory = 512L << 20;

  jpeg_decompress_struct jpeg_ = {};
  Errors errors_ = {};
  jpeg_progress_mgr progress_ = {};
  /// In several scans, or without a sign where a scan ends: complete only in a file that is.
  bool in_parts_ = false;
};

}  // namespace

Image decode_jpeg(std::string_view bytes, const std::string& source) {
  JpegReader jpeg;
  if (!jpeg.read_header(bytes)) jpeg.fail(source);
  if (jpeg.has_four_inks()) {
    bad_image(source, "a JPEG of four inks (CMYK), want grey or RGB; convert it first");
  }
  Image image = make_image(jpeg.is_grey() ? 1 : 3, jpeg.height(), jpeg.width(), source);
  std::string interleaved(image.pixels.size(), '\0');
  if (!jpeg.read_pixels(interleaved.data())) jpeg.fail(source);
  if (jpeg.lacks_pixels()) bad_image(source, fmt::format("cut JPEG: {}", jpeg.warning()));
  const int orientation = jpeg.orientation();
  jpeg.read_end();
  to_planes(interleaved, image);
  image.warning = jpeg.warning();
  return turned(std::move(image), orientation);
}

}  // namespace lenet
