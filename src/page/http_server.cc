#include "page/http_server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <list>
#include <utility>

#include "lenet/error.h"
#include "page/http_response.h"
#include "page/listening.h"

namespace lenet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLinger{2}, kPulse{10};
constexpr timeval kTick{0, 50'000}, kLast{0, 200'000};
constexpr std::size_t kMostConnections = 160, kMostStreams = 96;
constexpr std::size_t kMostRead = std::size_t{16} << 10;    ///< bytes beside a body
constexpr std::size_t kMostQueued = std::size_t{64} << 10;  ///< bytes for a stream that is slow

}  // namespace

/// All is of the thread of run() but `wake`.
struct HttpServer::State {
  template <auto free>
  struct Freed {
    template <class T>
    void operator()(T* p) const {
      free(p);
    }
  };
  using Base = std::unique_ptr<event_base, Freed<event_base_free>>;
  using Event = std::unique_ptr<event, Freed<event_free>>;
  using Buffered = std::unique_ptr<bufferevent, Freed<bufferevent_free>>;
  using Listener = std::unique_ptr<evconnlistener, Freed<evconnlistener_free>>;

  struct Connection {
    enum class Doing { kReading, kAnswering, kStreaming, kLingering };
    State* server;
    Buffered socket;
    Doing doing = Doing::kReading;
    Clock::time_point since = Clock::now();  ///< it does that; of a stream, that all was taken
    HttpRequest request = {};                ///< once its head is whole

    bool streams() const { return doing == Doing::kStreaming; }
    evbuffer* input() const { return bufferevent_get_input(socket.get()); }
    evbuffer* output() const { return bufferevent_get_output(socket.get()); }
    void queue(std::string_view text);
  };

  Options options;
  Base base;
  std::vector<Listener> listeners;
  Event ticking, waking;
  int wake = -1;
  std::list<Connection> connections;
  Clock::time_point pulse = Clock::now();
  bool stopping = false;
  std::size_t most_connections = kMostConnections;
  const Callbacks* callbacks = nullptr;

  ~State() {
    if (wake >= 0) ::close(wake);
  }

  /// No exception may pass through libevent's frames: one that comes that far ends the server, not
  /// the program.
  template <class F>
  void guarded(F f) noexcept {
    try {
      f();
    } catch (...) {
      event_base_loopbreak(base.get());
    }
  }

  void accept(evutil_socket_t fd);
  void read(Connection& c);
  void answer(Connection& c, const HttpResponse& response);
  void sent(Connection& c);
  void close(Connection& c);
  void listen(bool on);
  void look();
  std::size_t streams() const;
};

/// For a stream, unless too much waits there already.
void HttpServer::State::Connection::queue(std::string_view text) {
  const std::size_t waiting = evbuffer_get_length(output());
  if (waiting == 0) since = Clock::now();
  if (waiting == 0 || waiting + text.size() <= kMostQueued)
    evbuffer_add(output(), text.data(), text.size());
}

void HttpServer::State::accept(evutil_socket_t fd) {
  constexpr int kSocketBuffer = 64 << 10;  // what the system keeps for a client that does not read
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
  Buffered socket(bufferevent_socket_new(base.get(), fd, BEV_OPT_CLOSE_ON_FREE));
  if (!socket) {
    ::close(fd);
    return;
  }
  Connection& c = connections.emplace_back(Connection{.server = this, .socket = std::move(socket)});
  bufferevent_setcb(
      c.socket.get(),
      [](bufferevent*, void* data) {
        auto& self = *static_cast<Connection*>(data);
        self.server->guarded([&] { self.server->read(self); });
      },
      [](bufferevent*, void* data) {
        auto& self = *static_cast<Connection*>(data);
        self.server->guarded([&] { self.server->sent(self); });
      },
      [](bufferevent*, short what, void* data) {
        auto& self = *static_cast<Connection*>(data);
        // One that sends no more may still read its answer.
        if ((what & BEV_EVENT_EOF) && self.doing == Connection::Doing::kAnswering) return;
        self.server->guarded([&] { self.server->close(self); });
      },
      &c);
  bufferevent_setwatermark(c.socket.get(), EV_READ, 0, kMostRead + options.most_body);
  bufferevent_enable(c.socket.get(), EV_READ | EV_WRITE);
  if (connections.size() >= most_connections) listen(false);
}

/// Takes the head, then the body; what comes behind a request is thrown away.
void HttpServer::State::read(Connection& c) {
  evbuffer* const input = c.input();
  const std::size_t size = evbuffer_get_length(input);
  if (c.doing != Connection::Doing::kReading) {
    evbuffer_drain(input, size);
    return;
  }
  if (c.request.method.empty()) {
    const auto* bytes = reinterpret_cast<const char*>(evbuffer_pullup(input, -1));
    HttpHead head = read_head({bytes, size}, options.most_body);
    if (head.refused != 0) return answer(c, refused(head.refused));
    if (head.bytes == 0) return;
    c.request = std::move(head.request);
    if (const int status = callbacks->check(c.request)) return answer(c, refused(status));
    evbuffer_drain(input, head.bytes);
  }
  if (evbuffer_get_length(input) < c.request.body_bytes) return;
  c.request.body.resize(c.request.body_bytes);
  evbuffer_remove(input, c.request.body.data(), c.request.body.size());
  HttpResponse response;
  try {
    response = callbacks->answer(c.request);
    if (response.stream && streams() >= kMostStreams) response = refused(HttpStatus::kUnavailable);
  } catch (...) {
    response = refused(HttpStatus::kFailed);
  }
  answer(c, response);
}

void HttpServer::State::answer(Connection& c, const HttpResponse& response) {
  const bool head_alone = c.request.method == "HEAD";
  c.doing = response.stream && !head_alone ? Connection::Doing::kStreaming
                                           : Connection::Doing::kAnswering;
  c.since = Clock::now();
  const std::string head = head_of(response, options.headers);
  evbuffer_add(c.output(), head.data(), head.size());
  if (!head_alone) evbuffer_add(c.output(), response.body.data(), response.body.size());
  evbuffer_drain(c.input(), evbuffer_get_length(c.input()));
}

/// All of the output is with the system.
void HttpServer::State::sent(Connection& c) {
  c.since = Clock::now();
  if (c.doing != Connection::Doing::kAnswering) return;
  // The other side closes first: what it still sends would make the system drop the answer.
  c.doing = Connection::Doing::kLingering;
  ::shutdown(bufferevent_getfd(c.socket.get()), SHUT_WR);
}

void HttpServer::State::close(Connection& c) {
  connections.remove_if([&](const Connection& other) { return &other == &c; });
}

/// Where there is no room for another connection, those that come wait with the system.
void HttpServer::State::listen(bool on) {
  for (const Listener& listener : listeners) {
    on ? evconnlistener_enable(listener.get()) : evconnlistener_disable(listener.get());
  }
}

/// What comes every 50 ms: the end of those whose time is over, and the caller's own.
void HttpServer::State::look() {
  const Clock::time_point now = Clock::now();
  const auto is_over = [&](const Connection& c) {
    if (c.streams() && evbuffer_get_length(c.output()) == 0) return false;
    const bool lingers = c.doing == Connection::Doing::kLingering;
    return now - c.since > (lingers ? Clock::duration(kLinger) : options.patience);
  };
  connections.remove_if(is_over);
  if (connections.size() < most_connections) listen(true);
  if (now - pulse > kPulse) {  // a stream whose other side is gone shows it when it is written to
    pulse = now;
    for (Connection& c : connections) {
      if (c.streams()) c.queue(":\n\n");
    }
  }
  callbacks->tick();
  const auto is_sent = [](const Connection& c) { return evbuffer_get_length(c.output()) == 0; };
  if (stopping && std::ranges::all_of(connections, is_sent)) event_base_loopbreak(base.get());
}

std::size_t HttpServer::State::streams() const {
  return static_cast<std::size_t>(std::ranges::count_if(connections, &Connection::streams));
}

HttpServer::HttpServer(const Options& options) : state_(std::make_unique<State>()) {
  ::event_set_log_callback([](int, const char*) {});  // the terminal is the run's
  State& s = *state_;
  s.options = options;
  s.base.reset(event_base_new());
  s.wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  constexpr rlim_t kShare = 4;  // of the files that this process may open
  if (rlimit files = {}; ::getrlimit(RLIMIT_NOFILE, &files) == 0)
    s.most_connections = std::min<std::size_t>(kMostConnections, files.rlim_cur / kShare);
  if (!s.base || s.wake < 0) throw Error(ErrorKind::kIo, "the page: cannot make an event loop");
  const auto on_connection = [](evconnlistener*, evutil_socket_t fd, sockaddr*, int, void* data) {
    auto& self = *static_cast<State*>(data);
    self.guarded([&] { self.accept(fd); });
  };
  for (const int fd : listening_sockets(options.address, options.port)) {
    s.listeners.emplace_back(evconnlistener_new(
        s.base.get(), on_connection, &s, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd));
    // Of what goes wrong, as no file being left to open, more would come at once.
    evconnlistener_set_error_cb(s.listeners.back().get(), [](evconnlistener*, void* data) {
      static_cast<State*>(data)->listen(false);
    });
  }
}

HttpServer::~HttpServer() = default;

int HttpServer::port() const { return port_of(evconnlistener_get_fd(state_->listeners[0].get())); }

void HttpServer::run(const Callbacks& callbacks) {
  State& s = *state_;
  s.callbacks = &callbacks;
  s.ticking.reset(event_new(
      s.base.get(), -1, EV_PERSIST,
      [](evutil_socket_t, short, void* data) {
        auto& self = *static_cast<State*>(data);
        self.guarded([&] { self.look(); });
      },
      &s));
  event_add(s.ticking.get(), &kTick);
  s.waking.reset(event_new(
      s.base.get(), s.wake, EV_READ,  // once
      [](evutil_socket_t, short, void* data) {
        auto& self = *static_cast<State*>(data);
        self.stopping = true;
        event_base_loopexit(self.base.get(), &kLast);
        self.guarded([&] { self.look(); });
      },
      &s));
  event_add(s.waking.get(), nullptr);
  event_base_dispatch(s.base.get());
  s.connections.clear();
  s.listen(false);
}

void HttpServer::stop() {
  constexpr std::uint64_t kOne = 1;
  [[maybe_unused]] const auto written = ::write(state_->wake, &kOne, sizeof kOne);
}

std::size_t HttpServer::streams() const { return state_->streams(); }

void HttpServer::send(const std::string& event) {
  for (State::Connection& c : state_->connections) {
    if (c.streams()) c.queue(event);
  }
}

}  // namespace lenet
