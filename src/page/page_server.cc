#include "page/page_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

#include <algorithm>
#include <array>

#include "base/number_text.h"
#include "base/require.h"
#include "base/text.h"
#include "lenet/error.h"
#include "page/low_priority.h"
#include "page/page_answers.h"
#include "page/page_text.h"
#include "page/same_site.h"
#include "run/json_document.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostRowsOfEvent = 1000;
constexpr std::size_t kMostBody = std::size_t{1} << 20;  ///< bytes of an image

/// 128 bits that nobody can guess, new for each server.
std::string new_token() {
  std::array<unsigned char, 16> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != std::ssize(bytes)) {
    throw Error(ErrorKind::kFailed, "the page: the system gives no random bytes");
  }
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

/// Whether the path begins with "/TOKEN/", in a time that does not tell how much of it is right.
bool has_token(std::string_view path, const std::string& token) {
  const std::string want = "/" + token + "/";
  if (path.size() < want.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    difference |= static_cast<unsigned char>(path[i]) ^ static_cast<unsigned char>(want[i]);
  }
  return difference == 0;
}

std::string event(const char* name, const Json& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, json_line(data));
}

bool is_address(const std::string& host) {
  return host.find_first_not_of("0123456789.") == host.npos || host.find(':') != host.npos;
}

/// The address to listen on; empty for this machine's own.
std::string address_of(const PageOptions& options) {
  const auto found = std::ranges::find_if(options.hosts, is_address);
  if (found == options.hosts.end()) return "";
  const auto other = std::find_if(found + 1, options.hosts.end(), is_address);
  require(other == options.hosts.end(),
          fmt::format("the page listens on one address, found {} and {}; 0.0.0.0 is all of them, "
                      "beside the names and addresses that are asked for",
                      *found, other == options.hosts.end() ? "" : *other));
  return *found;
}

/// As it stands in a Host header.
std::string as_host(const std::string& host) {
  const bool v6 = host.find(':') != host.npos;
  return v6 ? '[' + lower_case(host) + ']' : lower_case(host);
}

/// Under which the page can be reached here.
std::string shown_host(const std::string& address) {
  if (address == "::") return "[::1]";
  return address.empty() || address == "0.0.0.0" ? "127.0.0.1" : as_host(address);
}

}  // namespace

PageServer::PageServer(const PageOptions& options, std::vector<std::unique_ptr<PageRun>> runs,
                       Finder find)
    : options_(options),
      token_(new_token()),
      server_({.address = address_of(options),
               .port = options.port,
               .headers = page_headers(),
               .most_body = kMostBody}),
      find_(std::move(find)) {
  for (std::string& host : options_.hosts) host = as_host(host);
  const std::string address = address_of(options);
  url_ = fmt::format("http://{}:{}/{}/", shown_host(address), server_.port(), token_);
  for (auto& run : runs) shown_.push_back({.run = std::move(run)});
  thread_ = std::thread([this] { serve(); });
}

PageServer::~PageServer() {
  server_.stop();
  thread_.join();
}

void PageServer::serve() {
  give_way();
  try {
    server_.run({.check = [this](const HttpRequest& request) { return check(request); },
                 .answer = [this](const HttpRequest& request) { return answer(request); },
                 .tick = [this] { tick(); }});
  } catch (...) {  // the page is over; the run that it shows is not
  }
  watchers_ = 0;
  serves_ = false;
}

void PageServer::tick() {
  watchers_ = static_cast<int>(server_.streams());
  find_runs();
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    try {
      if (shown_[i].run->look()) send_changes(i);
    } catch (const std::exception&) {  // of one run: the others go on
    }
  }
}

void PageServer::find_runs() {
  constexpr std::chrono::seconds kPause{5};
  const auto now = std::chrono::steady_clock::now();
  if (!find_ || now < next_find_) return;
  std::vector<std::unique_ptr<PageRun>> found;
  try {
    found = find_();
  } catch (const Error&) {  // a folder that has gone, and may come back
  }
  for (auto& run : found) {
    shown_.push_back({.run = std::move(run)});
    send_changes(shown_.size() - 1);
  }
  next_find_ = std::chrono::steady_clock::now() + kPause;
}

/// Rows that are new since the last time, and what is new in the rest.
void PageServer::send_changes(std::size_t i) {
  Shown& shown = shown_[i];
  if (shown.run->info().is_null()) return;
  const bool seen = server_.streams() > 0;
  if (seen && shown.run->info() != shown.sent) {
    shown.sent = shown.run->info();
    server_.send(event("run", run_info(i, *shown_[i].run)));
  }
  const auto send_rows = [&](const char* name, const PageTable& table, std::int64_t& sent) {
    if (seen && table.rows() != sent) {
      server_.send(
          event("rows", rows_of(i, name, table, std::min(sent, table.rows()), kMostRowsOfEvent)));
    }
    sent = table.rows();
  };
  send_rows("points", shown.run->points_so_far(), shown.points);
  send_rows("steps", shown.run->steps(), shown.steps);
}

int PageServer::check(const HttpRequest& request) const {
  if (const int status = site_refusal(request, options_.hosts)) return status;
  return has_token(request.target, token_) ? 0 : HttpStatus::kNotFound;
}

HttpResponse PageServer::answer(const HttpRequest& request) {
  const std::string_view target = request.target;
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  try {
    return answer_path(request, path.substr(token_.size() + 2),
                       question < target.size() ? target.substr(question + 1) : "");
  } catch (const StillReading&) {
    return error_response(HttpStatus::kAccepted, "still reading; ask again");
  } catch (const Error& e) {
    return error_response(
        e.kind() == ErrorKind::kUsage ? HttpStatus::kBadRequest : HttpStatus::kNotFound, e.what());
  }
}

/// Each holds its own copy of the test images.
void PageServer::keep_few_networks(std::size_t i) {
  constexpr std::size_t kFew = 4;
  std::erase(recent_, i);
  recent_.push_back(i);
  if (recent_.size() <= kFew) return;
  shown_[recent_.front()].run->forget();
  recent_.erase(recent_.begin());
}

HttpResponse PageServer::answer_path(const HttpRequest& request, std::string_view path,
                                     std::string_view query) {
  constexpr std::string_view kRun = "run/";
  const std::size_t slash = path.find('/', kRun.size());
  if (path.starts_with(kRun) && slash != path.npos) {
    const auto id = number_in<std::size_t>(path.substr(kRun.size(), slash - kRun.size()));
    if (id && *id < shown_.size() && !shown_[*id].run->info().is_null()) {
      keep_few_networks(*id);
      return answer_of_run(*shown_[*id].run, *id,
                           {.what = path.substr(slash + 1),
                            .query = query,
                            .body = request.body,
                            .post = request.method == "POST"});
    }
  }
  if (request.method == "POST") return error_response(HttpStatus::kMethodNotAllowed, "want GET");
  if (path.empty()) return page_response();
  if (path == "events") {
    Json runs = Json::array();
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      if (!shown_[i].run->info().is_null()) runs.push_back(run_info(i, *shown_[i].run));
    }
    return {.type = "text/event-stream",
            .body = "retry: 1000\n" + event("hello", {{"schema", 1}, {"runs", std::move(runs)}}),
            .stream = true};
  }
  return error_response(HttpStatus::kNotFound, "not found");
}

}  // namespace lenet
