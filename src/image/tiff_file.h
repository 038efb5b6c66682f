// A TIFF in memory, as libtiff opens it.
#pragma once

#include <tiffio.h>

#include <array>
#include <memory>
#include <string_view>

namespace lenet {

/// The bytes, libtiff's place in them, and the first error that it met.
struct TiffFile {
  std::string_view bytes;
  toff_t at = 0;
  std::array<char, 200> error = {};
};

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

using Tiff = std::unique_ptr<TIFF, CloseTiff>;

/// The most that a strip or tile takes: the most pixels of four samples of 16 bits.
inline constexpr tmsize_t kMostBlockBytes = tmsize_t{512} << 20;

/// Null, with the error in the file, for one that is broken. The file must outlive the result.
Tiff open_tiff(TiffFile& file);

}  // namespace lenet
