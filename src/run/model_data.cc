#include "run/model_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/plural.h"
#include "base/require.h"
#include "base/text.h"
#include "lenet/class_matching.h"
#include "lenet/error.h"
#include "lenet/fashion_mnist.h"
#include "lenet/load_data.h"
#include "run/recorded_data.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

/// Where the images are, and who says so.
struct Source {
  DataOptions options;
  std::string told_by = {};                   ///< a run.json
  bool guessed = false;                       ///< by the names of the classes
  std::optional<DataOptions> as_in_run = {};  ///< read so, it may be the run's data elsewhere
  std::optional<LossFunction> loss = {};      ///< that the data is for
};

/// As far as both say on which data they were trained.
bool may_be_of(const RecordedData& record, const Model& model) {
  const std::string &a = record.data_sha256, &b = model.origin.data_sha256;
  return record.input_shape == to_string(model.net.input_shape()) &&
         (a.empty() || b.empty() || a == b);
}

/// The record of the run that made this model: the one beside its file, if it is of its network and
/// data. Any other names the data of another model.
std::optional<RecordedData> record_of(const std::string& path, const std::string& text,
                                      const Model* own) {
  std::optional<RecordedData> record = read_recorded_data(saved_model_file(path).parent_path());
  const bool its = record && record->model == text && (!own || may_be_of(*record, *own));
  return its ? record : std::nullopt;
}

bool same_path(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || fs::equivalent(a, b, ignored);
}

/// `given` with the size of the run where it names none.
DataOptions with_size(DataOptions given, const DataOptions& record) {
  if (given.size.empty()) given.size = record.size;
  return given;
}

bool takes_size(const std::string& path) {
  const DataFormat format = data_format(path);
  return format == DataFormat::kImages || format == DataFormat::kCsv;
}

/// Its file names Fashion-MNIST's classes and takes its images.
bool is_of_fashion_mnist(const Model& model) {
  return model.net.input_shape() == Shape{1, 28, 28} &&
         std::ranges::equal(model.class_names, kFashionMnistLabels);
}

/// "the classes circle, square" or "10 classes without names".
std::string classes_of(const Model& model) {
  constexpr std::ptrdiff_t kMost = 100;
  const std::vector<std::string>& names = model.class_names;
  if (names.empty()) {
    return class_count(element_count(model.net.output_shape())) + " without names";
  }
  const std::ptrdiff_t shown = std::min(std::ssize(names), kMost);
  return fmt::format("the classes {}{}", fmt::join(names.begin(), names.begin() + shown, ", "),
                     shown < std::ssize(names) ? " ..." : "");
}

[[noreturn]] void refuse_to_guess(const std::string& path, const Model* own) {
  throw Error(
      ErrorKind::kUsage,
      fmt::format("{}: {}, and no run.json of its run beside it tells its data; name the "
                  "data, as in --data FOLDER (--data {} is Fashion-MNIST)",
                  path, own ? "it has " + classes_of(*own) : "weights alone", kFashionMnist));
}

/// The same. One that cannot be read is passed over where the data is given.
std::optional<RecordedData> record_for(const ModelOptions& model, const Model* own,
                                       const DataOptions& given) {
  const std::string text = own ? own->net.text() : parse_network(model).text();
  try {
    return record_of(model.path, text, own);
  } catch (const Error&) {
    if (given.path.empty()) throw;
    return {};
  }
}

Source source_of(const ModelOptions& model, const Model* own, const DataOptions& given) {
  const std::optional<RecordedData> record = record_for(model, own, given);
  if (given.path.empty()) {
    if (record) {
      DataOptions options = read_as(record->options, given);
      options.path = record->options.path;
      return {options, record->file.string()};
    }
    if (!own || !is_of_fashion_mnist(*own)) refuse_to_guess(model.path, own);
    DataOptions options = given;
    options.path = kFashionMnist;
    return {.options = options, .guessed = true};
  }
  if (!record || given.path == kFashionMnist) return {given};
  if (same_path(given.path, record->options.path)) {
    return {read_as(record->options, given)};
  }
  Source source = {given};
  if (takes_size(given.path)) source.options = with_size(given, record->options);
  const DataOptions as_in_run = read_as(record->options, source.options);
  if (read_otherwise(as_in_run, source.options)) source.as_in_run = as_in_run;
  return source;
}

/// In colour for a network that takes colours.
std::pair<Dataset, Dataset> load(const Source& source, const Model* own,
                                 const LoadSettings& settings, bool test_optional) {
  const bool colour = own && own->net.input_shape().size() == 3 && own->net.input_shape()[0] == 3;
  try {
    LoadOptions how = {.test_optional = test_optional, .colour = colour};
    how.numbers = wants_numbers(source.loss);
    how.floats = own && own->origin.float_images;
    return load_data(source.options, settings, how);
  } catch (const Error& e) {
    if (source.told_by.empty()) throw;
    throw Error(e.kind(), fmt::format("{}\n{} names this data; to name other data or its new "
                                      "place: --data",
                                      e.what(), source.told_by));
  }
}

struct LoadedSets {
  std::pair<Dataset, Dataset> sets;
  bool other_data;  ///< ModelOnData's
};

/// As far as the model's file says what it was trained on.
LoadedSets compared(std::pair<Dataset, Dataset> sets, const Model* own) {
  const bool other = own && !own->origin.data_sha256.empty() &&
                     own->origin.data_sha256 != data_sha256(sets.first, sets.second);
  return {std::move(sets), other};
}

/// The sets of the run if this is its data in another place, which the SHA-256 tells; `source` is
/// then read as in the run.
std::optional<LoadedSets> load_as_in_run(Source& source, const Model* own,
                                         const LoadSettings& settings) {
  if (!source.as_in_run || !own || own->origin.data_sha256.empty()) return {};
  Source again = source;
  again.options = *source.as_in_run;
  try {
    LoadedSets loaded = compared(load(again, own, settings, true), own);
    if (loaded.other_data) return {};
    source = again;
    return loaded;
  } catch (const Error&) {  // other data, which cannot be read so
    return {};
  }
}

LoadedSets load_sets(Source& source, const Model* own, const LoadSettings& settings,
                     bool test_optional) {
  if (auto loaded = load_as_in_run(source, own, settings)) return std::move(*loaded);
  return compared(load(source, own, settings, test_optional), own);
}

/// Columns of numbers mean what they are called: in another order they would be taken for each
/// other.
void require_same_columns(const Dataset& data, const Model& model, const std::string& name) {
  const std::vector<std::string>&found = data.class_names(), &wanted = model.class_names;
  require(data.has_classes() || found.empty() || wanted.empty() || found == wanted,
          fmt::format("{}: the targets are {}, the model's outputs {}; want --targets {}", name,
                      fmt::join(found, ","), fmt::join(wanted, ","), fmt::join(wanted, ",")));
}

void require_outputs(const Dataset& data, const Model& model, const std::string& name) {
  const std::int64_t outputs = element_count(model.net.output_shape());
  require(data.has_classes() || data.outputs() == outputs,
          fmt::format("{}: {} numbers an image to compare the outputs with, the model has {} "
                      "outputs; it was trained on other data",
                      name, data.outputs(), outputs));
  require(data.classes() <= outputs,
          fmt::format("{}: {}, the model tells {} apart; it was trained on other data", name,
                      class_count(data.classes()), outputs));
}

}  // namespace

std::string other_shape(const DataOptions& data, const Shape& found, const Shape& input) {
  const bool resizable = data.path != kFashionMnist && found.size() == 3 && input.size() == 3 &&
                         found[0] == input[0] && data_format(data.path) == DataFormat::kImages;
  return fmt::format(
      "{}: images of {}, the model takes {}{}", shown_data(data.path), to_string(found),
      to_string(input),
      resizable ? fmt::format("; bring them to its size with --size {}x{}", input[1], input[2])
                : "");
}

std::string known_classes(const std::vector<std::string>& data,
                          const std::vector<std::string>& model) {
  if (data.empty() != model.empty()) return ", classes by number";
  if (data.size() >= model.size()) return "";
  return fmt::format(" of {} of the model's {} classes", data.size(), model.size());
}

std::string shown_data(const std::string& data) {
  if (data == kFashionMnist) return "Fashion-MNIST";
  std::error_code ignored;
  const fs::path path = fs::path(data).lexically_normal();
  const fs::path near = path.lexically_relative(fs::current_path(ignored));
  const bool below = !near.empty() && *near.begin() != ".." && near != ".";
  std::string name = printable((below ? near : path).string());
  if (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

std::string ModelOnData::images_title() const {
  const bool tested = test.size() > 0;
  return fmt::format("{} {}{}{}", images().size(), tested ? "test images" : "images", known,
                     tested ? "" : ", as there is no test set");
}

std::string ModelOnData::other_data_line() const {
  if (!other_data) return "";
  return "these are not the data of its training: images, labels, classes or split differ\n";
}

ModelData load_data_of_model(const ModelOptions& model, const Model* own, const DataOptions& given,
                             const LoadSettings& settings, std::optional<LossFunction> loss) {
  Source source = source_of(model, own, given);
  source.loss = loss;
  LoadedSets loaded = load_sets(source, own, settings, false);
  if (source.guessed && loaded.other_data) refuse_to_guess(model.path, own);
  return {std::move(source.options), std::move(loaded.sets)};
}

ModelOnData open_model_on_data(const ModelOptions& model, const DataOptions& given,
                               const LoadSettings& settings) {
  std::optional<Model> own = open_own_model(model);
  const Model* const file = own ? &*own : nullptr;
  Source source = source_of(model, file, given);
  if (file) source.loss = file->origin.loss;
  LoadedSets loaded = load_sets(source, file, settings, true);
  auto& [train, test] = loaded.sets;
  if (loaded.other_data && source.guessed) refuse_to_guess(model.path, file);
  ModelOnData result{.model = own ? *std::move(own) : with_network(model, train.image_shape()),
                     .train = {},
                     .test = {},
                     .data = shown_data(source.options.path),
                     .read = source.options,
                     .known = {},
                     .other_data = loaded.other_data};
  const std::vector<std::string>& names = result.model.class_names;
  const Shape &found = train.image_shape(), &input = result.model.net.input_shape();
  if (found != input) throw Error(ErrorKind::kUsage, other_shape(source.options, found, input));
  require_same_columns(train, result.model, result.data);
  const bool by_name = !names.empty() && !train.class_names().empty() && train.has_classes();
  if (!by_name) require_outputs(train, result.model, result.data);
  result.known = known_classes(train.class_names(), names);
  result.train = in_classes_of(names, std::move(train));
  result.test = in_classes_of(names, std::move(test));
  return result;
}

}  // namespace lenet
