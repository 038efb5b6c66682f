// What the tests of the command line share: a folder, a small data set and the program.
#pragma once

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "data/bands.h"
#include "data/test_files.h"

namespace lenet {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

/// The data set bands/ of 300 + 100 images in a folder of its own.
class Cli : public TestFolder {
 protected:
  Cli() { write_bands(data_); }

  Outcome run(const Words& words) const { return run_program(words, {.folder = dir_}); }

  /// The words of a training run that takes milliseconds, into the folder `out`.
  static Words train_words(const std::string& out, const Words& more = {}) {
    Words words = {"train",        "--data",  "bands",
                   "--out",        out,       "--lr",
                   "0.5",          "--model", "Flatten Linear(3)",
                   "--batch-size", "20"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Outcome train(const std::string& out, const Words& more = {}) const {
    return run(train_words(out, more));
  }

  std::string content(const std::filesystem::path& file) const {
    return read_file(dir_ / file, 1 << 24);
  }

  /// The names in the folder, sorted.
  Words entries(const std::filesystem::path& folder = "") const {
    Words names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_ / folder)) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }

  /// The bytes of every file in the folder, by name.
  std::map<std::string, std::string> files(const std::string& folder) const {
    std::map<std::string, std::string> bytes;
    for (const std::string& name : entries(folder)) {
      bytes[name] = content(dir_ / folder / name);
    }
    return bytes;
  }

  const std::filesystem::path data_ = dir_ / "bands";
};

/// The run ended with this code and a message on the standard error that holds all the parts, and
/// printed no results.
inline void expect_refusal(const Outcome& outcome, int exit_code, const Words& parts) {
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("lenet: ")) << outcome.err;
  for (const std::string& part : parts) EXPECT_TRUE(contains(outcome.err, part));
}

}  // namespace lenet
