// A client that sends what it is told, byte by byte if need be.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace lenet::test {

class RawClient {
 public:
  RawClient();  ///< A socket that is not connected yet.
  void connect(int port);

  /// Connects to 127.0.0.1. receive_buffer: the socket's, in bytes; 0: the system's.
  explicit RawClient(int port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False once the other side has gone.
  bool send(std::string_view bytes);

  void shut();  ///< Sends no more.

  /// What comes until the other side closes, `end` is among it, or the time is over.
  std::string receive(std::chrono::milliseconds time = std::chrono::seconds(5),
                      std::string_view end = {});

  /// Whether the other side has closed within the time; throws away what comes.
  bool closed_within(std::chrono::milliseconds time);

 private:
  int fd_;
};

/// The answer to one request.
std::string answer_to(int port, std::string_view request);

/// 404 of "HTTP/1.1 404 Not Found"; 0 of another text.
int status_of(std::string_view answer);

/// "GET {target} HTTP/1.1" with this Host and these lines.
std::string get(std::string_view target, std::string_view host = "127.0.0.1",
                std::string_view lines = "");

}  // namespace lenet::test
