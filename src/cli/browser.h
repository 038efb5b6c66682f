// The user's browser.
#pragma once

#include <string>

namespace lenet::cli {

/// Opens an address with xdg-open. It is written into a file that this user alone can read, which
/// leads the browser on and is gone at the end: the arguments of a program are seen by all users of
/// a machine. Says so where that does not go.
class Browser {
 public:
  explicit Browser(const std::string& url);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

 private:
  std::string file_;
};

}  // namespace lenet::cli
