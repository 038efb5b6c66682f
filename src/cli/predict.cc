#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/function_formula.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "lenet/error.h"
#include "lenet/predictor.h"
#include "lenet/trainer.h"
#include "run/image_files.h"
#include "run/json_document.h"
#include "run/model_argument.h"
#include "run/output_name.h"
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
  bool floats = false;
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

/// In place of probabilities.
bool gives_numbers(const Model& model) {
  return !model.origin.tells_classes() && model.origin.loss != LossFunction::kBce;
}

/// Weights that are all finite may still have outputs that are not.
void require_numbers(std::span<const float> probabilities, const std::string& model,
                     const ImageSource& source) {
  if (std::ranges::none_of(probabilities, [](float p) { return std::isnan(p); })) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: the outputs for {} are not finite; its weights are too large", model,
                          source.file));
}

/// What an output says of its class, label or number.
struct Answer {
  std::size_t output;
  float value;
};

/// The likeliest first; of equals the first class. Numbers in their order.
std::vector<Answer> answers_of(std::span<const float> values, std::int64_t top, bool numbers) {
  std::vector<Answer> answers;
  for (std::size_t k = 0; k < values.size(); ++k) answers.push_back({k, values[k]});
  if (!numbers) std::ranges::stable_sort(answers, std::ranges::greater(), &Answer::value);
  answers.resize(std::min(answers.size(), static_cast<std::size_t>(top)));
  return answers;
}

std::string said_name(const Model& model, std::size_t output) {
  return lenet::output_name(model.class_names, static_cast<std::int64_t>(output),
                            model.origin.tells_classes());
}

void print_answers(const ImageSource& source, std::span<const Answer> answers, const Model& model) {
  constexpr float kBar = 30;
  fmt::print("{}{}\n", printable(source.file),
             source.index ? fmt::format(" {}", *source.index) : "");
  for (const Answer& answer : answers) {
    const std::string name = said_name(model, answer.output);
    if (gives_numbers(model)) {
      fmt::print("  {:<20} {:.6g}\n", name, answer.value);
      continue;
    }
    std::string bar;
    for (int i = 0; i < static_cast<int>(answer.value * kBar + 0.5f); ++i) bar += "█";
    fmt::print("  {:<20} {:.3f}{}{}\n", name, answer.value, bar.empty() ? "" : "  ", bar);
  }
}

Json answers_document(std::span<const Answer> answers, const Model& model) {
  Json top = Json::array();
  for (const Answer& answer : answers) {
    top.push_back({{"class", answer.output},
                   {"label", said_name(model, answer.output)},
                   {"probability", answer.value}});
  }
  return top;
}

/// The labels whose probability is above one half.
Json labels_document(std::span<const float> probabilities, const Model& model) {
  Json labels = Json::array();
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    if (probabilities[k] > 0.5f) labels.push_back(said_name(model, k));
  }
  return labels;
}

Json document_of(const ImageSource& source, std::span<const Answer> answers,
                 std::span<const float> values, const Model& model) {
  Json document = {{"file", source.file}};
  if (source.index) document["index"] = *source.index;
  const std::vector<float> all(values.begin(), values.end());
  if (gives_numbers(model)) {
    document["outputs"] = all;
    if (!model.class_names.empty()) document["names"] = model.class_names;
    return document;
  }
  if (model.origin.tells_classes()) {
    document["class"] = answers[0].output;
    document["label"] = said_name(model, answers[0].output);
  } else {
    document["labels"] = labels_document(values, model);
  }
  document["top"] = answers_document(answers, model);
  document["probabilities"] = all;
  return document;
}

/// What a model says of images, (images, outputs): probabilities of classes or of labels, or the
/// outputs themselves.
std::vector<float> values_of(const Model& model, const Dataset& images, int threads) {
  if (model.origin.tells_classes()) return probabilities(model.net, images, threads);
  std::vector<float> values = forward(model.net, images, threads);
  if (gives_numbers(model)) return values;
  for (float& value : values) value = sigmoid(value);
  return values;
}

void run_predict(const PredictOptions& o) {
  const Model model = open_model(o.model);
  const Shape& input = model.net.input_shape();
  const ImagesOfFiles images = read_image_files(o.files,
                                                {.shape = input,
                                                 .invert = o.invert,
                                                 .transpose = o.common.transpose,
                                                 .floats = o.floats || model.origin.float_images},
                                                say_note);
  if (images.any_idx && !o.common.transpose) note_transposed(o);
  const std::vector<float> all = values_of(model, images.images, o.common.threads);
  const auto outputs = static_cast<std::size_t>(element_count(model.net.output_shape()));
  const auto row = [&](std::size_t i) { return std::span(all).subspan(i * outputs, outputs); };
  for (std::size_t i = 0; i < images.sources.size(); ++i) {
    require_numbers(row(i), o.model.path, images.sources[i]);
  }
  Json documents = Json::array();
  for (std::size_t i = 0; i < images.sources.size(); ++i) {
    const std::vector<Answer> answers = answers_of(row(i), o.top, gives_numbers(model));
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
      .option(
          "IMAGES", &options->files,
          "PNG, JPEG, BMP, GIF, TIFF, WebP, PNM or IDX files, scaled to the model's input; .npy "
          "files for a model trained with --floats")
      .required();
  command
      .option("--top", &options->top, "Classes or labels to name, likeliest first; numbers to show")
      .check(whole_number(1, kMostClasses))
      .show_default();
  command.flag("--invert", options->invert, "Dark drawings on light ground, as on paper");
  command.flag("--transpose", options->common.transpose,
               "Swap rows and columns of the images of IDX files, as EMNIST's want");
  command.flag("--floats", options->floats,
               "IMAGES are .npy files of numbers as they are, as for models trained so");
  add_threads(command, options->common.threads);
  add_json(command, options->common.json);
  command.runs([options] { run_predict(*options); });
}

}  // namespace lenet::cli
