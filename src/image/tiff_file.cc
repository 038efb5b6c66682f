#include "image/tiff_file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>

namespace lenet {
namespace {

tmsize_t read_some(thandle_t handle, void* out, tmsize_t size) {
  auto& file = *static_cast<TiffFile*>(handle);
  const auto all = static_cast<toff_t>(file.bytes.size());
  const toff_t count = std::min(all - std::min(file.at, all), static_cast<toff_t>(size));
  if (count > 0) std::memcpy(out, file.bytes.data() + file.at, count);
  file.at += count;
  return static_cast<tmsize_t>(count);
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int from) {
  auto& file = *static_cast<TiffFile*>(handle);
  file.at = (from == SEEK_SET ? 0 : from == SEEK_CUR ? file.at : file.bytes.size()) + offset;
  return file.at;
}

int close_nothing(thandle_t) { return 0; }

toff_t size_of(thandle_t handle) { return static_cast<TiffFile*>(handle)->bytes.size(); }

int keep_error(TIFF*, void* file, const char*, const char* format, std::va_list arguments) {
  std::array<char, 200>& error = static_cast<TiffFile*>(file)->error;
  if (error[0] == '\0') std::vsnprintf(error.data(), error.size(), format, arguments);
  return 1;
}

/// Tags that libtiff does not know are none of ours. Its JPEG decoder warns where data is missing.
int keep_warning(TIFF* tiff, void* file, const char* module, const char* format,
                 std::va_list arguments) {
  const bool counts = module && std::string_view(module) == "JPEGLib";
  return counts ? keep_error(tiff, file, module, format, arguments) : 1;
}

}  // namespace

Tiff open_tiff(TiffFile& file) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
      TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostBlockBytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, &file);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_warning, &file);
  return Tiff(TIFFClientOpenExt("", "r", &file, read_some, write_nothing, seek, close_nothing,
                                size_of, nullptr, nullptr, options.get()));
}

}  // namespace lenet
