// In place of HTTPS, where LENET_WITH_DOWNLOAD is off.
#include "base/left_out.h"
#include "formats/https.h"

namespace lenet {

namespace {
constexpr const char* kRemedy = "fetch it yourself, or build it with -DLENET_WITH_DOWNLOAD=ON";
}

Fetched fetch_https(const std::string& url, std::int64_t, const TransferProgress&) {
  return {.content = "", .failure = left_out(url, "download", kRemedy)};
}

}  // namespace lenet
