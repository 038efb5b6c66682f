#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "formats/gzip.h"
#include "formats/idx.h"
#include "image/exif.h"
#include "lenet/error.h"
#include "lenet/image.h"
#include "lenet/predictor.h"
#include "run/json_document.h"
#include "run/model_argument.h"
#include "run/recorded_data.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct PredictOptions {
  CommonOptions common;
  ModelOptions model;
  std::vector<std::string> files;
  std::int64_t top = 3;
  bool invert = false;
};

/// Where an image is from: a file, and its place there if the file holds many.
struct Source {
  std::string file;
  std::optional<std::int64_t> index;
};

/// Images as the network takes them, one after another.
struct Images {
  std::vector<Source> sources;
  std::vector<std::uint8_t> pixels;
  bool any_idx = false;

  void add(const Source& source, const Image& image, const Shape& wanted, bool invert_it) {
    Image fit = resized(image, wanted);
    if (invert_it) invert(fit);
    sources.push_back(source);
    pixels.insert(pixels.end(), fit.pixels.begin(), fit.pixels.end());
  }
};

/// The file begins as an IDX file of bytes or a gzipped file does. What is no file, a pipe for one,
/// is left to read_image, which refuses it without waiting for its bytes.
bool looks_like_idx(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  char start[3] = {1, 1, 1};
  std::ifstream(path, std::ios::binary).read(start, 3);
  const std::string_view bytes(start, 3);
  return is_gzip(bytes) || bytes == std::string_view("\0\0\x08", 3);
}

void require_no_folder(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return;
  throw Error(ErrorKind::kUsage, fmt::format("{}: a folder, want image files, as in {}", path,
                                             (std::filesystem::path(path) / "*.png").string()));
}

/// Before memory is taken: a small file may hold millions of images, each to be enlarged.
void require_room(const std::string& path, std::int64_t more, const Shape& wanted,
                  const Images& images) {
  constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;
  const std::int64_t all = std::ssize(images.sources) + more;
  const std::int64_t most = kMostBytes / element_count(wanted);
  if (all <= most) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: this makes {} images, want at most {} of {} at once; give them in "
                          "parts",
                          path, all, most, to_string(wanted)));
}

/// EMNIST's IDX files have rows and columns swapped, which its run was told and this is not.
void note_transposed(const PredictOptions& o) {
  try {
    const auto record = read_recorded_data(saved_model_file(o.model.path).parent_path());
    if (!record || !record->options.transpose) return;
    say(stderr, "lenet: the run's images were transposed; --transpose does so to its IDX files\n");
  } catch (const Error&) {  // of a damaged record, which is not needed here
  }
}

void read_file_of_images(const std::string& path, const Shape& wanted, const PredictOptions& o,
                         Images& images) {
  require_no_folder(path);
  if (!looks_like_idx(path)) {
    require_room(path, 1, wanted, images);
    const Image image = read_image(path);
    if (!image.warning.empty()) {
      say(stderr, "lenet: {}: damaged: {}\n", printable(path), printable(image.warning));
    }
    return images.add({path, std::nullopt}, image, wanted, o.invert);
  }
  constexpr int kTransposed = 5;  // among Exif's orientations
  const bool first = !std::exchange(images.any_idx, true);
  if (first && !o.common.transpose) note_transposed(o);
  const Idx idx = read_idx(path, IdxContent::kImages);
  require_room(path, idx.sizes[0], wanted, images);
  const Shape shape = {1, idx.sizes[1], idx.sizes[2]};
  const auto size = static_cast<std::size_t>(element_count(shape));
  for (std::int64_t i = 0; i < idx.sizes[0]; ++i) {
    const auto pixels = idx.payload().subspan(static_cast<std::size_t>(i) * size, size);
    Image image = {shape, {pixels.begin(), pixels.end()}};
    if (o.common.transpose) image = turned(std::move(image), kTransposed);
    images.add({path, i}, image, wanted, o.invert);
  }
}

Dataset dataset_of(const Images& images, const Shape& shape) {
  auto pixels = std::make_unique_for_overwrite<std::uint8_t[]>(images.pixels.size());
  std::ranges::copy(images.pixels, pixels.get());
  return Dataset(std::move(pixels), 0, shape, std::vector<Label>(images.sources.size()), 1);
}

/// Weights that are all finite may still have outputs that are not.
void require_numbers(std::span<const float> probabilities, const std::string& model,
                     const Source& source) {
  if (std::ranges::none_of(probabilities, [](float p) { return std::isnan(p); })) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: the outputs for {} are not finite; its weights are too large", model,
                          source.file));
}

struct Answer {
  std::size_t label;
  float probability;
};

/// The likeliest classes first; of equals the first class.
std::vector<Answer> best_of(std::span<const float> probabilities, std::int64_t top) {
  std::vector<Answer> answers;
  for (std::size_t k = 0; k < probabilities.size(); ++k) answers.push_back({k, probabilities[k]});
  std::ranges::stable_sort(answers, std::ranges::greater(), &Answer::probability);
  answers.resize(std::min(answers.size(), static_cast<std::size_t>(top)));
  return answers;
}

std::string class_name(const Model& model, std::size_t label) {
  return label < model.class_names.size() ? model.class_names[label]
                                          : fmt::format("class {}", label);
}

void print_answers(const Source& source, std::span<const Answer> answers, const Model& model) {
  constexpr float kBar = 30;
  fmt::print("{}{}\n", printable(source.file),
             source.index ? fmt::format(" {}", *source.index) : "");
  for (const Answer& answer : answers) {
    std::string bar;
    for (int i = 0; i < static_cast<int>(answer.probability * kBar + 0.5f); ++i) bar += "█";
    fmt::print("  {:<20} {:.3f}{}{}\n", class_name(model, answer.label), answer.probability,
               bar.empty() ? "" : "  ", bar);
  }
}

Json document_of(const Source& source, std::span<const Answer> answers,
                 std::span<const float> probabilities, const Model& model) {
  Json document = {{"file", source.file}};
  if (source.index) document["index"] = *source.index;
  document["class"] = answers[0].label;
  document["label"] = class_name(model, answers[0].label);
  document["top"] = Json::array();
  for (const Answer& answer : answers) {
    document["top"].push_back({{"class", answer.label},
                               {"label", class_name(model, answer.label)},
                               {"probability", answer.probability}});
  }
  document["probabilities"] = std::vector<float>(probabilities.begin(), probabilities.end());
  return document;
}

void run_predict(const PredictOptions& o) {
  const Model model = open_model(o.model);
  const Shape& input = model.net.input_shape();
  Images images;
  for (const std::string& file : o.files) read_file_of_images(file, input, o, images);
  const std::vector<float> all =
      probabilities(model.net, dataset_of(images, input), o.common.threads);
  const auto outputs = static_cast<std::size_t>(element_count(model.net.output_shape()));
  const auto row = [&](std::size_t i) { return std::span(all).subspan(i * outputs, outputs); };
  for (std::size_t i = 0; i < images.sources.size(); ++i) {
    require_numbers(row(i), o.model.path, images.sources[i]);
  }
  Json documents = Json::array();
  for (std::size_t i = 0; i < images.sources.size(); ++i) {
    const std::vector<Answer> answers = best_of(row(i), o.top);
    if (o.common.json) {
      documents.push_back(document_of(images.sources[i], answers, row(i), model));
    } else {
      print_answers(images.sources[i], answers, model);
    }
  }
  if (o.common.json) fmt::print("{}", json_text(documents));
}

}  // namespace

void add_predict(const Command& app) {
  auto options = std::make_shared<PredictOptions>();
  const Command command = app.add_command("predict", "What a saved model sees in images");
  add_model(command, options->model);
  command
      .option("IMAGES", &options->files,
              "PNG, JPEG, BMP, GIF, TIFF, WebP, PNM or IDX files, scaled to the model's input")
      .required();
  command.option("--top", &options->top, "Classes to name, likeliest first")
      .check(whole_number(1, kMostClasses))
      .show_default();
  command.flag("--invert", options->invert, "Dark drawings on light ground, as on paper");
  command.flag("--transpose", options->common.transpose,
               "Swap rows and columns of the images of IDX files, as EMNIST's want");
  add_threads(command, options->common.threads);
  add_json(command, options->common.json);
  command.runs([options] { run_predict(*options); });
}

}  // namespace lenet::cli
