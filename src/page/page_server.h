// The page of one or many runs, served to a browser of this machine by a thread of its own.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "page/http_server.h"
#include "page/page_run.h"

namespace lenet {

struct PageOptions {
  std::vector<std::string> hosts = {};  ///< names of this machine beside localhost, and at most
                                        ///< one address, to listen on in place of the loopback ones
  int port = 6160;                      ///< or the first that is free of the twenty from there on
};

/// Nothing that goes wrong in here reaches the thread that trains: at worst the page ends.
class PageServer {
 public:
  /// Finds runs that are to be shown beside those that it has found already.
  using Finder = std::function<std::vector<std::unique_ptr<PageRun>>()>;

  /// Listens and begins to serve. `find` is called by the server's thread, now and then. Throws
  /// Error as HttpServer.
  PageServer(const PageOptions& options, std::vector<std::unique_ptr<PageRun>> runs,
             Finder find = {});
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  /// "http://127.0.0.1:6160/TOKEN/", of which only those who know the token have the page.
  const std::string& url() const { return url_; }

  /// Pages that are being looked at.
  int watchers() const { return watchers_; }

  /// False once a fault has ended it.
  bool serves() const { return serves_; }

 private:
  /// What has been sent of a run.
  struct Shown {
    std::unique_ptr<PageRun> run;
    nlohmann::ordered_json sent = {};  ///< RunInfo
    std::int64_t points = 0, steps = 0;
  };

  void serve();
  void tick();
  void find_runs();
  void send_changes(std::size_t i);
  int check(const HttpRequest& request) const;
  HttpResponse answer(const HttpRequest& request);
  void keep_few_networks(std::size_t i);
  HttpResponse answer_path(const HttpRequest& request, std::string_view path,
                           std::string_view query);

  PageOptions options_;
  std::string token_, url_;
  HttpServer server_;
  std::vector<Shown> shown_;
  Finder find_;
  std::chrono::steady_clock::time_point next_find_ = {};
  std::vector<std::size_t> recent_;  ///< runs whose networks are held, the last used last
  std::atomic<int> watchers_ = 0;
  std::atomic<bool> serves_ = true;
  std::thread thread_;
};

}  // namespace lenet
