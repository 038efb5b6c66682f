// The page itself, one HTML file (web/), and how it is served.
#pragma once

#include <string>
#include <string_view>

#include "page/http_response.h"

namespace lenet {

/// web/dist/page.html.
std::string_view page_html();

/// Lines for every answer: what a browser may do with it. The policy is that of the page, which
/// allows its own script and style alone.
std::string page_headers();

HttpResponse page_response();

}  // namespace lenet
