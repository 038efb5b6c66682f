#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "lenet/error.h"
#include "lenet/predictor.h"
#include "run/image_files.h"
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

/// EMNIST's IDX files have rows and columns swapped, which its run was told and this is not.
void note_transposed(const PredictOptions& o) {
  try {
    const auto record = read_recorded_data(saved_model_file(o.model.path).parent_path());
    if (!record || !record->options.transpose) return;
    say_note("the run's images were transposed; --transpose does so to its IDX files");
  } catch (const Error&) {  // of a damaged record, which is not needed here
  }
}

/// Weights that are all finite may still have outputs that are not.
void require_numbers(std::span<const float> probabilities, const std::string& model,
                     const ImageSource& source) {
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

void print_answers(const ImageSource& source, std::span<const Answer> answers, const Model& model) {
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

Json document_of(const ImageSource& source, std::span<const Answer> answers,
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
  const ImagesOfFiles images = read_image_files(
      o.files, {.shape = input, .invert = o.invert, .transpose = o.common.transpose}, say_note);
  if (images.any_idx && !o.common.transpose) note_transposed(o);
  const std::vector<float> all = probabilities(model.net, images.images, o.common.threads);
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
