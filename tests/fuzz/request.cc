// What a browser, or anybody, sends to the page.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lenet/error.h"
#include "page/http_request.h"
#include "page/page_query.h"
#include "page/same_site.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostBody = 784;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const lenet::HttpHead head = lenet::read_head(bytes, kMostBody);
  if (head.bytes > size || (head.bytes > 0 && head.refused != 0)) std::abort();
  if (head.bytes == 0) return 0;
  const lenet::HttpRequest& request = head.request;
  if (!request.target.starts_with('/') || request.body_bytes > kMostBody) std::abort();
  lenet::site_refusal(request, {"tunnel.example"});
  try {
    const std::string_view target = request.target;
    const lenet::PageQuery query(target.substr(target.find('?') + 1));
    if (query.number("from", 0) < 0 || query.numbers("ids", 200).size() > 200) std::abort();
  } catch (const lenet::Error&) {
  }
  return 0;
}
