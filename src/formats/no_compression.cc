// In place of the readers of gzip and zip, where LENET_WITH_COMPRESSION is off.
#include "base/left_out.h"
#include "formats/gzip.h"
#include "formats/zip.h"

namespace lenet {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& format) {
  throw_left_out(name, format, "unpack it, or build it with -DLENET_WITH_COMPRESSION=ON");
}

}  // namespace

std::int64_t gunzip_prefix(std::string_view, std::span<std::uint8_t>, const std::string& name) {
  refuse(name, "gzip");
}

void gunzip(std::string_view, std::span<std::uint8_t>, const std::string& name) {
  refuse(name, "gzip");
}

ZipArchive::ZipArchive(std::string_view bytes, std::string name)
    : name_(std::move(name)), size_(std::ssize(bytes)) {
  refuse(name_, "zip");
}

std::vector<std::string> ZipArchive::names() const { refuse(name_, "zip"); }
ZipFile ZipArchive::read(const std::string&) const { refuse(name_, "zip"); }
void ZipArchive::Close::operator()(zip*) const {}

}  // namespace lenet
