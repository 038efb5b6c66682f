#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

#include "base/require.h"
#include "base/shape_text.h"
#include "base/text.h"
#include "cli/say.h"
#include "data/named_data.h"
#include "lenet/fashion_mnist.h"
#include "plot/live.h"

namespace lenet::cli {
namespace {

constexpr std::int64_t kLargestSide = 16384;

/// "28x28" as {height, width}, "" as {}; nothing for any other text.
std::optional<Shape> parse_size(const std::string& text) {
  if (text.empty()) return Shape();
  const std::optional<Shape> size = parse_shape(text);
  const bool good = size && size->size() == 2 && std::ranges::max(*size) <= kLargestSide;
  return good ? size : std::nullopt;
}

/// Data may be loaded twice, whole and split as in a run, to be compared with the run's.
void say_once(const std::string& note) {
  static std::set<std::string> said;
  if (said.insert(note).second) say(stderr, "lenet: {}\n", printable(note));
}

/// A line of a terminal that is written anew, and gone at the end of the scope. Nothing elsewhere.
class ProgressLine {
 public:
  ProgressLine() = default;
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& text) {
    if (!terminal_) return;
    say(stderr, "\r\x1b[K{}", text);
    shown_ = true;
  }
  void clear() {
    if (shown_) say(stderr, "\r\x1b[K");
    shown_ = false;
  }

 private:
  bool terminal_ = can_redraw(stderr), shown_ = false;
};

}  // namespace

void add_data_options(const Command& command, CommonOptions& options) {
  command
      .option("--size", &options.size,
              "Size that image files are brought to, or that a CSV's images have, as in 28x28. "
              "Default: as they are; a CSV's are squares")
      .check(image_size());
  command
      .option("--test-split", &options.test_split,
              "Share of the images of every class that become the test set, for data without "
              "one")
      .check(share());
  command.option("--split", &options.split,
                 "Of several data sets in a folder of IDX or CSV files, the one with this in its "
                 "files' names, as EMNIST's balanced");
  command.flag("--transpose", options.transpose,
               "Swap rows and columns of every image: EMNIST's files have them so");
  command.flag("--skip-broken", options.skip_broken,
               "Leave out image files that cannot be read; a line counts them");
}

void add_data(const Command& command, CommonOptions& options, const std::string& otherwise) {
  command
      .option("--data", &options.data,
              fmt::format(
                  "Folder of IDX files (MNIST and its like), of CIFAR's binary batches or of "
                  "images (a folder for each class), CSV file, .npz, or a name: {}, mnist, kmnist, "
                  "qmnist, emnist-balanced ... Default: {}",
                  kFashionMnist, otherwise))
      .check(given_path());
  add_data_options(command, options);
}

void add_threads(const Command& command, CommonOptions& options) {
  command
      .option("--threads", &options.threads,
              "Threads, 1 to 1024. Default: the CPUs that this process may use")
      .check(whole_number(1, 1024));
}

void add_device(const Command& command, CommonOptions& options) {
  command.option("--device", &options.device, "auto, cpu, cuda or cuda:INDEX").show_default();
}

void add_json(const Command& command, CommonOptions& options) {
  command.flag("--json", options.json, "Print one JSON document");
}

Check whole_number(std::uint64_t least, std::uint64_t most) {
  return [=](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && fmt::format("{}", value) == text;
    if (whole && value >= least && value <= most) return "";
    return fmt::format("found '{}', want a whole number from {} to {}", text, least, most);
  };
}

Check positive_float() {
  return [](const std::string& text) -> std::string {
    float value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc() && end == last && value > 0 && std::isfinite(value)) return "";
    return fmt::format("found '{}', want a number above 0 that fits a float", text);
  };
}

Check finite_number() {
  return [](const std::string& text) -> std::string {
    double value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc() && end == last && std::isfinite(value)) return "";
    return fmt::format("found '{}', want a number", text);
  };
}

Check share() {
  return [](const std::string& text) -> std::string {
    double value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc() && end == last && value >= 0 && value < 1) return "";
    return fmt::format("found '{}', want a share from 0 to below 1, as in 0.1", text);
  };
}

Check one_of(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& text) -> std::string {
    if (std::ranges::find(words, text) != words.end()) return "";
    return fmt::format("found '{}', want {}", text, fmt::join(words, ", "));
  };
}

Check image_size() {
  return [](const std::string& text) -> std::string {
    if (parse_size(text)) return "";
    return fmt::format("found '{}', want HEIGHTxWIDTH, 1 to {} each, as in 28x28", text,
                       kLargestSide);
  };
}

Check given_path() {
  return [](const std::string& path) -> std::string {
    if (path.empty()) return "found an empty string, want a path";
    if (!path.starts_with("--")) return "";
    return fmt::format("found the option '{0}', want a path (./{0} for that name)", path);
  };
}

void require_other_file(const std::string& out, const std::filesystem::path& in) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(out, in, ignored)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: the file that is read; want another name for what is written", out));
}

std::pair<Dataset, Dataset> load_data(const CommonOptions& options, LoadOptions how) {
  if (const std::string path = data_path(options); !path.empty()) {
    how.size = parse_size(options.size).value();
    how.test_split = options.test_split;
    how.split = options.split;
    how.transpose = options.transpose;
    how.skip_broken = options.skip_broken;
    how.threads = options.threads;
    ProgressLine line;
    how.progress = [&](std::int64_t done, std::int64_t all) {
      line.show(fmt::format("reading images: {} of {}", done, all));
    };
    how.note = [&](const std::string& note) {
      line.clear();
      say_once(note);
    };
    return lenet::load_data(path, how);
  }
  require(!says_how_to_read(options),
          "--size, --test-split, --split, --transpose and --skip-broken are for the data that "
          "--data names");
  FashionMnistOptions where;
  std::string last;
  where.progress = [&last](std::string_view name, std::int64_t bytes, std::int64_t total) {
    const std::string line = fmt::format("downloading {}: {} of {} KiB", name, bytes / 1024,
                                         total > 0 ? fmt::format("{}", total / 1024) : "?");
    if (can_redraw(stderr)) {
      if (line != last) say(stderr, "\r\x1b[K{}{}", line, bytes == total ? "\n" : "");
    } else if (bytes == total && total > 0 && line != last) {
      say(stderr, "{}\n", line);
    }
    last = line;
  };
  auto data = load_data_fashion_mnist(where);
  require(options.data.empty() || is_fashion_mnist(data.first),
          "fashion-mnist: $LENET_DATA names other data; unset it, or name the folder by --data");
  return data;
}

bool is_fashion_mnist(const Dataset& train) {
  return std::ranges::equal(train.class_names(), kFashionMnistLabels);
}

bool says_how_to_read(const CommonOptions& o) { return read_otherwise(o, {}); }

bool read_otherwise(const CommonOptions& a, const CommonOptions& b) {
  const auto how = [](const CommonOptions& o) {
    return std::tie(o.size, o.test_split, o.split, o.transpose, o.skip_broken);
  };
  return how(a) != how(b);
}

CommonOptions read_as(const CommonOptions& record, CommonOptions given) {
  if (given.size.empty()) given.size = record.size;
  if (given.test_split == 0) given.test_split = record.test_split;
  if (given.split.empty()) given.split = record.split;
  given.transpose = given.transpose || record.transpose;
  given.skip_broken = given.skip_broken || record.skip_broken;
  return given;
}

bool is_named_data(const CommonOptions& options) {
  std::error_code ignored;
  return named_data(options.data) && !std::filesystem::exists(options.data, ignored);
}

std::string data_path(const CommonOptions& options) {
  return options.data == kFashionMnist ? "" : options.data;
}

}  // namespace lenet::cli
