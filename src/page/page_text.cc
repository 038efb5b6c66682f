#include "page/page_text.h"

#include <fmt/format.h>

#include "lenet/error.h"

// The file as bytes of this program, with a zero behind it.
asm(R"(
  .section .rodata
  .global lenet_page_html, lenet_page_html_end
lenet_page_html:
  .incbin ")" LENET_PAGE_HTML R"("
lenet_page_html_end:
  .byte 0
  .previous
)");

extern "C" const char lenet_page_html[], lenet_page_html_end[];

namespace lenet {
namespace {

/// What stands in content="..." of the page's own policy.
std::string_view policy_of(std::string_view page) {
  constexpr std::string_view kBefore = "http-equiv=\"Content-Security-Policy\" content=\"";
  const std::size_t found = page.find(kBefore);
  if (found == page.npos) throw Error(ErrorKind::kFailed, "the page has no security policy");
  const std::size_t first = found + kBefore.size();
  return page.substr(first, page.find('"', first) - first);
}

}  // namespace

std::string_view page_html() { return {lenet_page_html, lenet_page_html_end}; }

std::string page_headers() {
  return fmt::format(
      "Content-Security-Policy: {}; frame-ancestors 'none'\r\n"
      "Cache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: DENY\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\n",
      policy_of(page_html()));
}

HttpResponse page_response() {
  return {.type = "text/html; charset=utf-8", .body = std::string(page_html())};
}

}  // namespace lenet
