#include "cli/options.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string_view>

#include "base/text.h"
#include "cli/say.h"
#include "lenet/error.h"
#include "plot/live.h"
#include "run/option_checks.h"
#include "run/option_words.h"

namespace lenet::cli {
namespace {

/// Data may be loaded twice, whole and split as in a run, to be compared with the run's.
void say_once(const std::string& note) {
  static std::set<std::string> said;
  if (said.insert(note).second) say(stderr, "lenet: {}\n", printable(note));
}

/// A line of a terminal that is written anew, and gone at the end of its life. Nothing elsewhere.
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

/// Shows a download, each text once.
class DownloadLine {
 public:
  void show(std::string_view name, std::int64_t bytes, std::int64_t total) {
    const std::string text = fmt::format("downloading {}: {} of {} KiB", name, bytes / 1024,
                                         total > 0 ? fmt::format("{}", total / 1024) : "?");
    if (can_redraw(stderr)) {
      if (text != last_) say(stderr, "\r\x1b[K{}{}", text, bytes == total ? "\n" : "");
    } else if (bytes == total && total > 0 && text != last_) {
      say(stderr, "{}\n", text);
    }
    last_ = text;
  }

 private:
  std::string last_;
};

}  // namespace

void add_data_options(const Command& command, DataOptions& options) {
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

void add_data(const Command& command, DataOptions& options, const std::string& otherwise) {
  command
      .option("--data", &options.path,
              fmt::format(
                  "Folder of IDX files (MNIST and its like), of CIFAR's binary batches or of "
                  "images (a folder for each class), CSV file, .npz, or a name: {}, mnist, kmnist, "
                  "qmnist, emnist-balanced ... Default: {}",
                  kFashionMnist, otherwise))
      .check(given_path());
  add_data_options(command, options);
}

void add_model(const Command& command, ModelOptions& options) {
  command
      .option("MODEL", &options.path,
              "Saved model (model.safetensors), ONNX file, or the folder of a run")
      .required();
  const Option network =
      command.option("--model", &options.network,
                     "The network of a file of weights alone: preset, text file or model text");
  command
      .option("--input", &options.input,
              "Shape of an image, beside --model. Default: that of the file or of the data, else "
              "1x28x28")
      .needs(network);
  command.option("--weights-by", &options.weights_by, kWeightsByHelp)
      .check(one_of(words_of(kWeightsBy)))
      .show_default()
      .needs(network);
}

void add_threads(const Command& command, int& threads) {
  command
      .option("--threads", &threads,
              "Threads, 1 to 1024. Default: the CPUs that this process may use")
      .check(whole_number(1, 1024));
}

void add_device(const Command& command, std::string& device) {
  command.option("--device", &device, "auto, cpu, cuda or cuda:INDEX").show_default();
}

void add_json(const Command& command, bool& json) {
  command.flag("--json", json, "Print one JSON document");
}

void require_other_file(const std::string& out, const std::filesystem::path& in) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(out, in, ignored)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: the file that is read; want another name for what is written", out));
}

LoadSettings load_settings(int threads) {
  const auto line = std::make_shared<ProgressLine>();
  LoadSettings settings;
  settings.threads = threads;
  settings.note = [line](const std::string& note) {
    line->clear();
    say_once(note);
  };
  settings.reading = [line](std::int64_t done, std::int64_t all) {
    line->show(fmt::format("reading images: {} of {}", done, all));
    if (done == all) line->clear();
  };
  settings.download = [download = DownloadLine()](std::string_view name, std::int64_t bytes,
                                                  std::int64_t total) mutable {
    download.show(name, bytes, total);
  };
  return settings;
}

}  // namespace lenet::cli
