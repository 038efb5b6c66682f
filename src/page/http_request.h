// The head of an HTTP/1.1 request, read strictly: whatever two programs could read in two ways is
// refused (RFC 9112, and its sections on smuggling and on what robust readers let through).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lenet {

struct HttpRequest {
  std::string method;  ///< GET, HEAD or POST
  std::string target;  ///< "/path?query", in visible ASCII
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< names in small letters
  std::size_t body_bytes = 0;
  std::string body = {};

  /// All values of a header.
  std::vector<std::string_view> all(std::string_view name) const;
};

/// What the bytes of a connection begin with.
struct HttpHead {
  std::size_t bytes = 0;     ///< of the head; 0: it is not whole yet
  int refused = 0;           ///< the status of one that is refused, whole or not
  HttpRequest request = {};  ///< of one that is whole
};

/// most_body: bytes. Refused are
/// - 400: a line that ends by anything but CR LF, a control character, a target that is no path, a
///   header folded, without a name or a colon, two lengths or one that is no number, a body on GET;
///   any Transfer-Encoding, whose bodies no request needs here;
/// - 405: another method; 411: POST without a length; 413: a longer body;
/// - 431: more than 8 KiB or 64 headers; 505: another version than 1.0 and 1.1.
HttpHead read_head(std::string_view bytes, std::size_t most_body);

}  // namespace lenet
