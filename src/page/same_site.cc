#include "page/same_site.h"

#include <algorithm>

#include "base/text.h"
#include "page/http_response.h"

namespace lenet {
namespace {

/// "localhost" of "localhost:6160"; "" of a text that is no host. Of an address of IPv6 the
/// brackets stay.
std::string name_of(std::string_view host) {
  const std::size_t inside = host.starts_with('[') ? host.find(']') : 0;
  if (inside == host.npos) return {};
  const std::size_t colon = host.find(':', inside);
  const std::string_view port = colon == host.npos ? "0" : host.substr(colon + 1);
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return {};
  return lower_case(std::string(host.substr(0, colon)));
}

/// A page of another port of this machine is another site's too: its origin is not the host that
/// was asked.
bool is_own_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {  // a tunnel may end TLS
    if (origin.starts_with(scheme)) return origin.substr(scheme.size()) == host;
  }
  return false;  // "null" among them
}

/// Whether a browser says that it opens the answer in a window.
bool is_followed_link(const HttpRequest& request) {
  const auto says = [&](std::string_view name, std::string_view value) {
    const std::vector<std::string_view> all = request.all(name);
    return all.size() == 1 && all[0] == value;
  };
  return request.method == "GET" && says("sec-fetch-mode", "navigate") &&
         says("sec-fetch-dest", "document");
}

}  // namespace

bool is_own_host(std::string_view host, const std::vector<std::string>& hosts) {
  const std::string name = name_of(host);
  constexpr std::string_view kOwn[] = {"localhost", "localhost.", "127.0.0.1", "[::1]"};
  return std::ranges::find(kOwn, name) != std::end(kOwn) ||
         (!name.empty() && std::ranges::find(hosts, name) != hosts.end());
}

int site_refusal(const HttpRequest& request, const std::vector<std::string>& hosts) {
  const std::vector<std::string_view> host = request.all("host");
  if (host.size() != 1) return HttpStatus::kBadRequest;
  if (!is_own_host(host[0], hosts)) return HttpStatus::kForbidden;
  for (const std::string_view origin : request.all("origin")) {
    if (!is_own_origin(origin, host[0])) return HttpStatus::kForbidden;
  }
  for (const std::string_view site : request.all("sec-fetch-site")) {
    if (site != "same-origin" && site != "none" && !is_followed_link(request))
      return HttpStatus::kForbidden;
  }
  return 0;
}

}  // namespace lenet
