// Files fetched over HTTPS.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace lenet {

/// The bytes so far and their total, 0 while unknown. May throw to stop the transfer.
using TransferProgress = std::function<void(std::int64_t bytes, std::int64_t total)>;

/// What a transfer brought, or why it brought nothing.
struct Fetched {
  std::string content;
  std::string failure;  ///< names the URL; empty if all went well
};

/// Fetches `url`. HTTPS only, redirects included; the server's certificate must be trusted
/// by the system or, if that is set, by the file $SSL_CERT_FILE. Gives up after 10 s without a
/// connection or 20 s below 1 kB/s, and on content of more than `max_bytes`. Throws only what
/// `progress` throws, and std::bad_alloc.
Fetched fetch_https(const std::string& url, std::int64_t max_bytes,
                    const TransferProgress& progress);

}  // namespace lenet
