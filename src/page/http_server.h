// An HTTP server for a page of this machine: one thread, over libevent's loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "page/http_request.h"
#include "page/http_response.h"

namespace lenet {

/// Answers one request a connection, and then closes it, so that no request can hide in another
/// one. A connection has its time for the request and again for the answer, however slowly bytes
/// come and go; a stream that takes nothing for that long is closed. Of a slow one events are left
/// out.
class HttpServer {
 public:
  struct Options {
    std::string address = {};   ///< to listen on; empty: 127.0.0.1, and ::1 where there is one
    int port = 6160;            ///< or the first that is free of the twenty from there on
    std::string headers = {};   ///< lines for each answer, each with its CR LF
    std::size_t most_body = 0;  ///< bytes of a request
    std::chrono::milliseconds patience{10'000};  ///< with a request, an answer, a slow stream
  };

  /// What a server is for.
  struct Callbacks {
    /// The status with which a request is refused, before its body is taken; 0: it is not.
    std::function<int(const HttpRequest&)> check;
    std::function<HttpResponse(const HttpRequest&)> answer;
    std::function<void()> tick;  ///< every 50 ms, and once at the end
  };

  /// Listens. Throws Error as listening_sockets().
  explicit HttpServer(const Options& options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

  /// Serves until stop(), by the thread that calls it, which blocks SIGPIPE. What `answer` throws
  /// is answered by a 500 without its text; what `tick` throws ends the server. Then all is closed.
  void run(const Callbacks& callbacks);

  /// Ends run() once what is queued is sent, after 200 ms at the latest; from any thread.
  void stop();

  /// Of the thread of run(): the streams that are open, and an event for all of them.
  std::size_t streams() const;
  void send(const std::string& event);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lenet
