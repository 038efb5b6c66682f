#include "page/http_response.h"

#include <fmt/format.h>

namespace lenet {
namespace {

const char* reason_of(int status) {
  switch (status) {
    case HttpStatus::kOk:
      return "OK";
    case HttpStatus::kAccepted:
      return "Accepted";
    case HttpStatus::kBadRequest:
      return "Bad Request";
    case HttpStatus::kForbidden:
      return "Forbidden";
    case HttpStatus::kNotFound:
      return "Not Found";
    case HttpStatus::kMethodNotAllowed:
      return "Method Not Allowed";
    case HttpStatus::kLengthRequired:
      return "Length Required";
    case HttpStatus::kTooLarge:
      return "Content Too Large";
    case HttpStatus::kHeaderTooLarge:
      return "Request Header Fields Too Large";
    case HttpStatus::kUnavailable:
      return "Service Unavailable";
    case HttpStatus::kVersion:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

HttpResponse refused(int status) {
  return {.status = status, .body = fmt::format("{{\"error\":\"{}\"}}", reason_of(status))};
}

std::string head_of(const HttpResponse& r, const std::string& headers) {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nConnection: close\r\n{}{}\r\n",
                     r.status, reason_of(r.status), r.type,
                     r.stream ? "" : fmt::format("Content-Length: {}\r\n", r.body.size()), headers);
}

}  // namespace lenet
