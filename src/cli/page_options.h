// Options of commands that serve the page, and the page of a run that trains.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/browser.h"
#include "cli/command_line.h"
#include "lenet/run.h"
#include "page/live_run.h"
#include "page/page_server.h"

namespace lenet::cli {

/// When `lenet train` shows its run on a page.
enum class PageWish {
  kNo,
  kServe,  ///< and goes on without if no port is free
  kOpen,   ///< the same, and in a browser
  kMust    ///< and ends if no port is free
};

struct PageArguments : PageOptions {
  PageWish wish = PageWish::kNo;
};

/// --page, --page-host and --page-port.
void add_page_options(const Command& command, PageArguments& page);

/// --page-host and --page-port of a command that always serves.
void add_page_address(const Command& command, PageArguments& page);

/// Prints where the page is, with a warning if it is not of this machine alone.
void announce_page(const PageServer& server, const PageArguments& page);

/// The page of a run that this process trains; without one nothing happens.
class TrainPage {
 public:
  /// Throws Error (kIo) where the page must be there and no port is free.
  explicit TrainPage(const PageArguments& page);

  TrainPage(const TrainPage&) = delete;
  TrainPage& operator=(const TrainPage&) = delete;

  /// Follows the run with these settings, which are not to outlive it.
  void follow(RunSettings& settings);

  /// The run is over, well or not.
  void end();

  /// In a terminal: waits as long as somebody looks at the page, and five seconds for a browser
  /// that is still coming, or until a signal asks to stop.
  void linger() const;

 private:
  LiveRun* run_ = nullptr;  ///< the server's
  bool followed_ = false;   ///< a run has begun
  std::unique_ptr<PageServer> server_;
  std::optional<Browser> browser_;
};

}  // namespace lenet::cli
