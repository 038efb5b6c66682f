#include "page/http_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lenet/error.h"
#include "page/raw_client.h"

namespace lenet {
namespace {

using namespace std::chrono_literals;
using test::answer_to;
using test::get;
using test::RawClient;
using test::status_of;

/// A server of its own thread: "/echo" answers with the body, "/throw" throws, "/events" streams,
/// anything else is "ok".
class Served {
 public:
  explicit Served(std::chrono::milliseconds patience = 10s)
      : server_({.port = 0, .headers = "X-Test: 1\r\n", .most_body = 10, .patience = patience}),
        thread_([this] {
          server_.run({.check =
                           [](const HttpRequest& request) {
                             return request.target == "/refused" ? 404 : 0;
                           },
                       .answer = [](const HttpRequest& request) { return answer(request); },
                       .tick = [this] { tick(); }});
        }) {}
  ~Served() {
    server_.stop();
    thread_.join();
  }

  int port() const { return server_.port(); }
  std::size_t streams() const { return streams_; }

  std::atomic<std::size_t> event_bytes = 0;  ///< of an event, sent with each tick

 private:
  static HttpResponse answer(const HttpRequest& request) {
    if (request.target == "/throw") throw std::runtime_error("secret");
    if (request.target == "/events") {
      return {.type = "text/event-stream", .body = "data: hello\n\n", .stream = true};
    }
    if (request.target == "/large") return {.body = std::string(1 << 20, 'x') + "end"};
    return {.body = request.target == "/echo" ? request.body : "ok"};
  }

  void tick() {
    streams_ = server_.streams();
    if (event_bytes > 0) server_.send("data: " + std::string(event_bytes, 'x') + "\n\n");
  }

  HttpServer server_;
  std::atomic<std::size_t> streams_ = 0;
  std::thread thread_;
};

TEST(HttpServer, AnswersOneRequestAndCloses) {
  Served served;
  const std::string answer = answer_to(served.port(), get("/"));
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("\r\nX-Test: 1\r\n"), answer.npos);
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), answer.npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nok"));
}

TEST(HttpServer, AnswersHeadWithoutABody) {
  Served served;
  const std::string answer = answer_to(served.port(), "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 2\r\n"), answer.npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(HttpServer, TakesABodyInPieces) {
  Served served;
  RawClient client(served.port());
  for (const char* piece :
       {"POST /echo HT", "TP/1.1\r\nContent-Len", "gth: 6\r\n\r", "\nabc", "def"}) {
    EXPECT_TRUE(client.send(piece));
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_TRUE(client.receive().ends_with("\r\n\r\nabcdef"));
}

TEST(HttpServer, APipelinedRequestGetsNoAnswer) {
  Served served;
  std::string many;
  for (int i = 0; i < 1000; ++i) many += get("/");
  const std::string answer = answer_to(served.port(), many);
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos);
}

TEST(HttpServer, WhatIsMalformedIsRefusedAndTheServerLives) {
  Served served;
  EXPECT_EQ(status_of(answer_to(served.port(), "GET / HTTP/1.1\nHost: localhost\n\n")), 400);
  EXPECT_EQ(status_of(answer_to(served.port(), std::string("\x16\x03\x01\x02\x00\x01\xfc", 7))),
            400);
  EXPECT_EQ(status_of(answer_to(served.port(), "OPTIONS / HTTP/1.1\r\n\r\n")), 405);
  EXPECT_EQ(status_of(answer_to(served.port(), "POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n")),
            413);
  EXPECT_EQ(status_of(answer_to(served.port(), std::string(100'000, 'a'))), 431);
  EXPECT_EQ(status_of(answer_to(served.port(), get("/"))), 200);
}

TEST(HttpServer, RefusesBeforeABodyIsThere) {
  Served served;
  const std::string head = "POST /refused HTTP/1.1\r\nContent-Length: 10\r\n\r\n";
  EXPECT_EQ(status_of(answer_to(served.port(), head)), 404);
}

TEST(HttpServer, HeadOfAStreamIsNoStream) {
  Served served;
  served.event_bytes = 5;
  const std::string answer = answer_to(served.port(), "HEAD /events HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpServer, AnswersOneThatSendsNoMore) {
  Served served;
  RawClient client(served.port(), 2048);
  client.send(get("/large"));
  client.shut();
  EXPECT_TRUE(client.receive().ends_with("end"));
}

TEST(HttpServer, SendsWhatTheLastTickSays) {
  std::string events;
  {
    HttpServer server({.port = 0});
    std::atomic<bool> stopping = false;
    std::thread serving([&] {
      server.run({.check = [](const HttpRequest&) { return 0; },
                  .answer = [](const HttpRequest&) { return HttpResponse{.stream = true}; },
                  .tick =
                      [&] {
                        if (stopping) server.send("data: the end\n\n");
                      }});
    });
    RawClient client(server.port());
    client.send(get("/events"));
    client.receive(2s, "\r\n\r\n");
    stopping = true;
    server.stop();
    serving.join();
    events = client.receive(2s);
  }
  EXPECT_NE(events.find("the end"), events.npos);
}

TEST(HttpServer, WhatTheHandlerThrowsIsNotTold) {
  Served served;
  const std::string answer = answer_to(served.port(), get("/throw"));
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_EQ(answer.find("secret"), answer.npos);
  EXPECT_EQ(status_of(answer_to(served.port(), get("/"))), 200);
}

TEST(HttpServer, StreamGoesOnUntilItsReaderLeaves) {
  Served served(300ms);
  {
    RawClient client(served.port());
    client.send(get("/events"));
    EXPECT_NE(client.receive(5s, "hello\n\n").find("hello"), std::string::npos);
    std::this_thread::sleep_for(700ms);  // more than the patience with a slow one
    EXPECT_EQ(served.streams(), 1u);
    served.event_bytes = 5;
    EXPECT_NE(client.receive(5s, "xxxxx").find("data: xxxxx\n\n"), std::string::npos);
  }
  for (int i = 0; i < 100 && served.streams() > 0; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(served.streams(), 0u);
}

TEST(HttpServer, SilentAndSlowConnectionsAreClosedAndOthersServed) {
  Served served(500ms);
  RawClient stream(served.port());
  stream.send(get("/events"));
  stream.receive(5s, "hello\n\n");
  served.event_bytes = 5;
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 120; ++i) slow.push_back(std::make_unique<RawClient>(served.port()));
  const std::string request = get("/");
  bool open = true;
  for (std::size_t byte = 0; byte < 10 && open; ++byte) {  // a byte each 100 ms, of 40
    for (std::size_t i = 0; i < slow.size(); i += 2) open = slow[i]->send(request.substr(byte, 1));
    EXPECT_NE(stream.receive(1s, "xxxxx\n\n").find("xxxxx"), std::string::npos);
    std::this_thread::sleep_for(100ms);
  }
  for (const auto& client : slow) EXPECT_TRUE(client->closed_within(3s));
  EXPECT_EQ(status_of(answer_to(served.port(), get("/"))), 200);
}

TEST(HttpServer, MoreConnectionsThanItTakesWaitForTheirTurn) {
  Served served(300ms);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 200; ++i) silent.push_back(std::make_unique<RawClient>(served.port()));
  EXPECT_EQ(status_of(answer_to(served.port(), get("/"))), 200);
}

TEST(HttpServer, StalledStreamsMissEventsAndAreClosed) {
  Served served(1s);
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 64; ++i) {
    stalled.push_back(std::make_unique<RawClient>(served.port(), 2048));
    stalled.back()->send(get("/events"));
  }
  RawClient reader(served.port());
  reader.send(get("/events"));
  for (int i = 0; i < 100 && served.streams() < 65; ++i) std::this_thread::sleep_for(20ms);
  ASSERT_EQ(served.streams(), 65u);
  served.event_bytes = 20'000;
  std::size_t events = 0;
  for (int i = 0; i < 40; ++i) events += reader.receive(1s, "x\n\n").empty() ? 0 : 1;
  EXPECT_EQ(events, 40u);
  for (int i = 0; i < 200 && served.streams() > 1; ++i) {
    reader.receive(50ms);
  }
  EXPECT_EQ(served.streams(), 1u);
}

TEST(HttpServer, WithoutFreeFilesItWaitsForSome) {
  Served served;
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  RawClient client;
  const int next = ::dup(0);
  ::close(next);
  const rlimit none = {.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  client.connect(served.port());  // with the system: the server cannot take it
  client.send(get("/"));
  const std::string early = client.receive(200ms);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(early, "");
  EXPECT_EQ(status_of(client.receive()), 200);
}

TEST(HttpServer, WhatItsTickThrowsEndsItAlone) {
  HttpServer server({.port = 0});
  std::thread serving([&] {
    server.run({.check = [](const HttpRequest&) { return 0; },
                .answer = [](const HttpRequest&) { return HttpResponse(); },
                .tick = [] { throw std::runtime_error("a fault"); }});
  });
  serving.join();
}

TEST(HttpServer, ABusyPortIsPassedOver) {
  Served first;
  HttpServer second({.port = first.port()});
  EXPECT_GT(second.port(), first.port());
  EXPECT_LT(second.port(), first.port() + 20);
  EXPECT_THROW(HttpServer({.address = "192.0.2.1"}), Error);
  EXPECT_THROW(HttpServer({.address = "nonsense"}), Error);
  EXPECT_THROW(HttpServer({.port = 70'000}), Error);
}

}  // namespace
}  // namespace lenet
