#include "cli/page_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "cli/options.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "lenet/error.h"

namespace lenet::cli {
namespace {

constexpr Word<PageWish> kPageWishes[] = {
    {"on", PageWish::kServe}, {"open", PageWish::kOpen}, {"must", PageWish::kMust}};

std::vector<std::unique_ptr<PageRun>> one_run(std::unique_ptr<PageRun> run) {
  std::vector<std::unique_ptr<PageRun>> runs;
  runs.push_back(std::move(run));
  return runs;
}

}  // namespace

void add_page_address(const Command& command, PageArguments& page) {
  command
      .option(
          "--page-host", &page.hosts,
          "A name under which a tunnel reaches the page, or an address to listen on in place of "
          "127.0.0.1, which others may then reach too (0.0.0.0 beside the names that they ask "
          "for); again for another one")
      .check(short_text(255))
      .one_at_a_time();
  command.option("--page-port", &page.port, "The page's port, or the first free one behind it")
      .check(whole_number(0, 65535))
      .show_default();
}

void add_page_options(const Command& command, PageArguments& page) {
  command
      .option_or_flag(
          "--page", value_of_word(kPageWishes, &page.wish), "on",
          "Show the run on a page as it goes: --page prints its address, --page=open opens it in "
          "a browser, --page=must ends where no port is free")
      .check(one_of(words_of(kPageWishes)));
  add_page_address(command, page);
}

void announce_page(const PageServer& server, const PageArguments& page) {
  say(stderr, "the page: {}\n", server.url());
  if (!page.hosts.empty()) {
    say_note(
        fmt::format("the page answers to {} too; who has its address can see the runs, and on "
                    "an address of the network others can read along",
                    fmt::join(page.hosts, ", ")));
  }
}

TrainPage::TrainPage(const PageArguments& page) {
  if (page.wish == PageWish::kNo) return;
  auto run = std::make_unique<LiveRun>();
  run_ = run.get();
  try {
    server_ = std::make_unique<PageServer>(page, one_run(std::move(run)));
  } catch (const std::exception& e) {
    run_ = nullptr;
    const auto* error = dynamic_cast<const Error*>(&e);
    if (page.wish == PageWish::kMust || (error && error->kind() == ErrorKind::kUsage)) throw;
    say_note(fmt::format("no page: {}", e.what()));
    return;
  }
  announce_page(*server_, page);
  if (page.wish == PageWish::kOpen) browser_.emplace(server_->url());
}

void TrainPage::follow(RunSettings& settings) {
  if (!run_) return;
  settings.follow = [this](RunStart& start) {
    followed_ = true;
    run_->follow(start);
  };
  settings.note = [run = run_, next = settings.note](const std::string& note) {
    run->note(note);
    next(note);
  };
}

void TrainPage::end() {
  if (run_) run_->end();
}

void TrainPage::linger() const {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kPause{100};
  constexpr std::chrono::seconds kPatience{5};
  if (!server_ || !followed_ || ::isatty(STDERR_FILENO) == 0) return;
  std::fflush(stdout);  // whoever waits for the results
  say(stderr, "the page stays while it is looked at; Ctrl-C ends it\n");
  for (Clock::time_point seen = Clock::now(); Clock::now() - seen < kPatience;) {
    const bool closed = ::isatty(STDERR_FILENO) == 0;
    if (closed || SignalRequests::stop() != 0) return;
    if (server_->watchers() > 0) seen = Clock::now();
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace lenet::cli
