// The answer to an HTTP/1.1 request.
#pragma once

#include <string>

namespace lenet {

/// Numbers of RFC 9110.
struct HttpStatus {
  static constexpr int kOk = 200, kAccepted = 202, kBadRequest = 400, kForbidden = 403,
                       kNotFound = 404, kMethodNotAllowed = 405, kLengthRequired = 411,
                       kTooLarge = 413, kHeaderTooLarge = 431, kFailed = 500, kUnavailable = 503,
                       kVersion = 505;
};

/// What a request is answered with.
struct HttpResponse {
  int status = HttpStatus::kOk;
  std::string type = "application/json";
  std::string body = {};
  bool stream = false;  ///< of events (SSE), of which `body` are the first
};

/// One that says no more than its status.
HttpResponse refused(int status);

/// Its head, with these lines in it, each with its CR LF. The body ends with the connection.
std::string head_of(const HttpResponse& response, const std::string& headers);

}  // namespace lenet
