#include "page/listening.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// An address of IPv4 or IPv6 with a port.
struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

Address address_of(const std::string& text, int port) {
  Address address;
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    address.size = sizeof v4;
  } else {
    require(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1,
            fmt::format("{}: want an address without a port, as 192.168.1.5 or ::1", text));
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<std::uint16_t>(port));
    address.size = sizeof v6;
  }
  return address;
}

/// -1 with errno if that does not go.
int listen_on(const Address& address) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  constexpr int kOn = 1, kBacklog = 64;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  if (address.storage.ss_family == AF_INET6)
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &kOn, sizeof kOn);
  const auto* plain = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::bind(fd, plain, address.size) == 0 && ::listen(fd, kBacklog) == 0) return fd;
  const int why = errno;
  ::close(fd);
  errno = why;
  return -1;
}

/// On both loopback addresses, or on the first alone where this machine has no IPv6; none where
/// another program has the port on either.
std::vector<int> loopback_sockets(int port) {
  const int v4 = listen_on(address_of("127.0.0.1", port));
  if (v4 < 0) return {};
  const int v6 = listen_on(address_of("::1", port_of(v4)));
  if (v6 >= 0) return {v4, v6};
  if (errno != EADDRINUSE) return {v4};
  ::close(v4);
  errno = EADDRINUSE;
  return {};
}

}  // namespace

int port_of(int socket) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof storage;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
  const bool v6 = storage.ss_family == AF_INET6;
  return ntohs(v6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                  : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

std::vector<int> listening_sockets(const std::string& address, int port) {
  constexpr int kTries = 20, kLastPort = 65535;
  require(port >= 0 && port <= kLastPort, fmt::format("port {}: want 0 to {}", port, kLastPort));
  const int last = port == 0 ? 0 : std::min(port + kTries - 1, kLastPort);
  for (int tried = port; tried <= last; ++tried) {
    if (address.empty()) {
      if (std::vector<int> sockets = loopback_sockets(tried); !sockets.empty()) return sockets;
    } else if (const int fd = listen_on(address_of(address, tried)); fd >= 0) {
      return {fd};
    }
    if (errno != EADDRINUSE) break;
  }
  throw Error(ErrorKind::kIo, fmt::format("cannot listen on {} with a port from {} to {}: {}",
                                          address.empty() ? "127.0.0.1" : address, port, last,
                                          std::strerror(errno)));
}

}  // namespace lenet
