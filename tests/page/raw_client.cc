#include "page/raw_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace lenet::test {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

RawClient::RawClient() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {}

RawClient::RawClient(int port, int receive_buffer) : RawClient() {
  if (receive_buffer > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  connect(port);
}

void RawClient::connect(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
}

RawClient::~RawClient() { ::close(fd_); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::shut() { ::shutdown(fd_, SHUT_WR); }

std::string RawClient::receive(std::chrono::milliseconds time, std::string_view end) {
  std::string all;
  const Clock::time_point until = Clock::now() + time;
  while (end.empty() || all.find(end) == all.npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    pollfd waiting = {.fd = fd_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
    char bytes[4096];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) break;
    all.append(bytes, static_cast<std::size_t>(got));
  }
  return all;
}

bool RawClient::closed_within(std::chrono::milliseconds time) {
  const Clock::time_point until = Clock::now() + time;
  while (Clock::now() < until) {
    pollfd waiting = {.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 10) <= 0) continue;
    char bytes[4096];
    if (::recv(fd_, bytes, sizeof bytes, 0) <= 0) return true;
  }
  return false;
}

std::string answer_to(int port, std::string_view request) {
  RawClient client(port);
  client.send(request);
  return client.receive();
}

int status_of(std::string_view answer) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  return answer.starts_with(kVersion)
             ? std::atoi(std::string(answer.substr(kVersion.size(), 3)).c_str())
             : 0;
}

std::string get(std::string_view target, std::string_view host, std::string_view lines) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n{}\r\n", target, host, lines);
}

}  // namespace lenet::test
