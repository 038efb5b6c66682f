#include "page/http_request.h"

#include <algorithm>
#include <optional>

#include "base/number_text.h"
#include "base/text.h"
#include "page/http_response.h"

namespace lenet {
namespace {

constexpr std::size_t kMostHead = 8192, kMostHeaders = 64;

bool is_visible(char c) { return c > ' ' && c <= '~'; }

/// What no line holds, so that it need not be waited for: TLS among it.
bool is_foreign(char c) { return is_control(c) && c != '\t' && c != '\r'; }

/// RFC 9110's token.
bool is_token(std::string_view text) {
  const auto in_token = [](char c) {
    return is_visible(c) &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, in_token);
}

/// Without the spaces around it.
std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// "GET /path HTTP/1.1".
int read_request_line(std::string_view line, HttpRequest& request) {
  const std::size_t space = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (space == line.npos || space == last) return HttpStatus::kBadRequest;  // HTTP/0.9 among them
  const std::string_view method = line.substr(0, space), version = line.substr(last + 1),
                         target = line.substr(space + 1, last - space - 1);
  if (!is_token(method) || !version.starts_with("HTTP/")) return HttpStatus::kBadRequest;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return HttpStatus::kVersion;
  if (method != "GET" && method != "HEAD" && method != "POST") return HttpStatus::kMethodNotAllowed;
  const bool path = target.starts_with('/') && !target.starts_with("//");
  if (!path || !std::ranges::all_of(target, is_visible) || target.find('#') != target.npos)
    return HttpStatus::kBadRequest;
  request.method = method;
  request.target = target;
  return 0;
}

int read_header(std::string_view line, HttpRequest& request) {
  if (request.headers.size() == kMostHeaders) return HttpStatus::kHeaderTooLarge;
  const std::size_t colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon))) return HttpStatus::kBadRequest;
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
    return HttpStatus::kBadRequest;
  request.headers.emplace_back(lower_case(std::string(line.substr(0, colon))), value);
  return 0;
}

/// At most 15 digits.
std::optional<std::size_t> length_of(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  return text.size() <= kMostDigits ? number_in<std::size_t>(text) : std::nullopt;
}

/// How much comes behind the head.
int read_length(std::size_t most, HttpRequest& request) {
  if (!request.all("transfer-encoding").empty()) return HttpStatus::kBadRequest;
  const std::vector<std::string_view> lengths = request.all("content-length");
  const bool post = request.method == "POST";
  if (lengths.empty()) return post ? HttpStatus::kLengthRequired : 0;
  const std::optional<std::size_t> length = length_of(lengths.front());
  if (lengths.size() > 1 || !length || (!post && *length > 0)) return HttpStatus::kBadRequest;
  request.body_bytes = *length;
  return *length > most ? HttpStatus::kTooLarge : 0;
}

int read_line(std::string_view line, HttpRequest& request) {
  return request.method.empty() ? read_request_line(line, request) : read_header(line, request);
}

}  // namespace

std::vector<std::string_view> HttpRequest::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : headers) {
    if (key == name) values.push_back(value);
  }
  return values;
}

HttpHead read_head(std::string_view bytes, std::size_t most_body) {
  HttpHead head;
  const std::string_view readable = bytes.substr(0, kMostHead);
  for (std::size_t first = 0;;) {
    const std::size_t end = readable.find('\n', first);
    if (end == readable.npos) {
      if (bytes.size() > kMostHead) head.refused = HttpStatus::kHeaderTooLarge;
      if (std::ranges::any_of(readable.substr(first), is_foreign))
        head.refused = HttpStatus::kBadRequest;
      return head;
    }
    const bool whole = end > first && readable[end - 1] == '\r';
    const std::string_view line = readable.substr(first, end - first - (whole ? 1 : 0));
    first = end + 1;
    if (whole && line.empty() && !head.request.method.empty()) {
      head.refused = read_length(most_body, head.request);
      if (head.refused == 0) head.bytes = first;
      return head;
    }
    head.refused = whole ? read_line(line, head.request) : HttpStatus::kBadRequest;
    if (head.refused != 0) return head;
  }
}

}  // namespace lenet
