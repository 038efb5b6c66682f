// What the tests of the command line share: a folder, a small data set and the program.
#pragma once

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "data/test_files.h"

namespace lenet {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

/// Images of 12x12 whose bright third (upper, middle, lower) is their class: a linear network tells
/// them apart. Image i is of class i % 3.
struct Bands {
  std::string images, labels;
};

inline Bands make_bands(std::uint32_t count) {
  std::string pixels = noise(std::size_t{count} * 12 * 12), labels;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t image = i / 144, third = i % 144 / 48;
    const int dark = static_cast<unsigned char>(pixels[i]) / 4;
    pixels[i] = static_cast<char>(third == image % 3 ? dark + 190 : dark);
  }
  for (std::uint32_t i = 0; i < count; ++i) labels += static_cast<char>(i % 3);
  return {image_file(count, 12, 12, pixels), label_file(labels)};
}

/// The data set bands/ of 300 + 100 images in a folder of its own.
class Cli : public TestFolder {
 protected:
  Cli() {
    const Bands train = make_bands(300), test = make_bands(100);
    std::filesystem::create_directory(data_);
    write_file(data_ / "train-images-idx3-ubyte", train.images);
    write_file(data_ / "train-labels-idx1-ubyte", train.labels);
    write_file(data_ / "t10k-images-idx3-ubyte", test.images);
    write_file(data_ / "t10k-labels-idx1-ubyte", test.labels);
  }

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
