#include "run/data_options.h"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "base/require.h"
#include "base/shape_text.h"
#include "base/text.h"
#include "formats/named_data.h"
#include "lenet/fashion_mnist.h"

namespace lenet {

std::optional<Shape> parse_size(const std::string& text) {
  if (text.empty()) return Shape();
  const std::optional<Shape> size = parse_shape(text);
  const bool good = size && size->size() == 2 && std::ranges::max(*size) <= kLargestSide;
  return good ? size : std::nullopt;
}

std::vector<std::string> target_list(const std::string& targets) {
  std::vector<std::string> names;
  std::size_t first = 0;
  while (first < targets.size()) {
    const std::size_t comma = std::min(targets.find(',', first), targets.size());
    names.push_back(targets.substr(first, comma - first));
    first = comma + 1;
  }
  return names;
}

bool wants_numbers(std::optional<LossFunction> loss) {
  return loss && *loss != LossFunction::kCrossEntropy;
}

std::pair<Dataset, Dataset> load_data(const DataOptions& options, const LoadSettings& settings,
                                      LoadOptions how) {
  if (const std::string path = data_path(options); !path.empty()) {
    how.size = parse_size(options.size).value();
    how.test_split = options.test_split;
    how.split = options.split;
    how.transpose = options.transpose;
    how.skip_broken = options.skip_broken;
    how.targets = target_list(options.targets);
    how.floats = how.floats || options.floats;
    how.threads = settings.threads;
    if (settings.note) {
      how.note = [&](const std::string& note) { settings.note(printable(note)); };
    }
    how.progress = settings.reading;
    return load_data(path, how);
  }
  DataOptions own = options;
  const bool itself = is_input(target_list(options.targets));
  if (itself) own.targets.clear();
  require(!says_how_to_read(own),
          "--size, --test-split, --split, --transpose, --floats, --targets (but for input) and "
          "--skip-broken are for the data that --data names");
  require(
      itself || !how.numbers,
      "Fashion-MNIST has classes, for --loss cross-entropy; numbers to learn come from the data "
      "that --data names, or are the images with --targets input");
  FashionMnistOptions where;
  where.progress = settings.download;
  auto data = load_data_fashion_mnist(where);
  require(options.path.empty() || is_fashion_mnist(data.first),
          "fashion-mnist: $LENET_DATA names other data; unset it, or name the folder by --data");
  if (!itself) return data;
  return {std::move(data.first).with_itself_as_target(),
          std::move(data.second).with_itself_as_target()};
}

bool is_fashion_mnist(const Dataset& train) {
  return std::ranges::equal(train.class_names(), kFashionMnistLabels);
}

bool says_how_to_read(const DataOptions& o) { return read_otherwise(o, {}); }

bool read_otherwise(const DataOptions& a, const DataOptions& b) {
  const auto how = [](const DataOptions& o) {
    return std::tie(o.size, o.test_split, o.split, o.transpose, o.skip_broken, o.targets, o.floats);
  };
  return how(a) != how(b);
}

DataOptions read_as(const DataOptions& record, DataOptions given) {
  if (given.size.empty()) given.size = record.size;
  if (given.test_split == 0) given.test_split = record.test_split;
  if (given.split.empty()) given.split = record.split;
  given.transpose = given.transpose || record.transpose;
  given.skip_broken = given.skip_broken || record.skip_broken;
  if (given.targets.empty()) given.targets = record.targets;
  given.floats = given.floats || record.floats;
  return given;
}

bool is_named_data(const DataOptions& options) {
  std::error_code ignored;
  return named_data(options.path) && !std::filesystem::exists(options.path, ignored);
}

std::string data_path(const DataOptions& options) {
  return options.path == kFashionMnist ? "" : options.path;
}

}  // namespace lenet
