#include "formats/https.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace lenet {
namespace {

/// What libcurl's callbacks work on. An exception must not pass through C: it waits in `thrown`.
struct Transfer {
  std::string content;
  std::int64_t max_bytes;
  const TransferProgress& progress;
  bool too_large = false;
  std::exception_ptr thrown;
};

std::size_t on_bytes(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (std::ssize(transfer.content) + static_cast<std::int64_t>(count) > transfer.max_bytes) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  try {
    transfer.content.append(bytes, count);
  } catch (...) {
    transfer.thrown = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
  return count;
}

int on_progress(void* user, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    transfer.progress(done, total);
  } catch (...) {
    transfer.thrown = std::current_exception();
    return 1;
  }
  return 0;
}

using Curl = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

void set_limits(CURL* curl) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1000L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 20L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  if (const char* trusted = std::getenv("SSL_CERT_FILE"); trusted && *trusted) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, trusted);
  }
}

void set_callbacks(CURL* curl, Transfer& transfer) {
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  if (!transfer.progress) return;
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

}  // namespace

Fetched fetch_https(const std::string& url, std::int64_t max_bytes,
                    const TransferProgress& progress) {
  const Curl curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) throw std::bad_alloc();
  Transfer transfer{.content = {}, .max_bytes = max_bytes, .progress = progress, .thrown = {}};
  std::array<char, CURL_ERROR_SIZE> details{};
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, details.data());
  set_limits(curl.get());
  set_callbacks(curl.get(), transfer);

  const CURLcode code = curl_easy_perform(curl.get());
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (transfer.too_large) return {"", fmt::format("{}: more than {} bytes", url, max_bytes)};
  if (code != CURLE_OK) {
    const char* reason = details[0] ? details.data() : curl_easy_strerror(code);
    return {"", fmt::format("{}: {}", url, reason)};
  }
  return {std::move(transfer.content), ""};
}

}  // namespace lenet
