// Which requests a server on this machine answers: those of its own page. What a browser sends on
// behalf of another site is refused before anything is looked up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "page/http_request.h"

namespace lenet {

/// The status with which a request is refused, 0 if it is of the server's own page:
/// - 400 for no Host, or several;
/// - 403 for a Host that is neither this machine's nor one of `hosts` (DNS rebinding), for an
///   Origin other than that host, and for a Sec-Fetch-Site of another site, but for a link that a
///   user follows: it shows the page in a window of its own to who knows its address.
int site_refusal(const HttpRequest& request, const std::vector<std::string>& hosts);

/// Whether a Host header, "localhost:6160" or "[::1]", names this machine, or one of `hosts` (in
/// small letters). The port counts for nothing: a tunnel has one of its own.
bool is_own_host(std::string_view host, const std::vector<std::string>& hosts);

}  // namespace lenet
