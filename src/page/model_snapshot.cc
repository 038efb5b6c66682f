#include "page/model_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/require.h"
#include "io/byte_tensor.h"
#include "lenet/activations.h"
#include "lenet/confusion_matrix.h"
#include "lenet/predictor.h"
#include "run/judged_files.h"
#include "run/output_name.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t outputs_of(const ModelSnapshot& model) {
  return element_count(model.net.output_shape());
}

std::int32_t predicted_of(const ModelSnapshot& model, std::int32_t image) {
  return model.predicted[static_cast<std::size_t>(image)];
}

/// The probability of what was said of each of these images.
std::vector<float> probabilities_of(const ModelSnapshot& model,
                                    const std::vector<std::int32_t>& images) {
  if (images.empty()) return {};
  const auto outputs = static_cast<std::size_t>(outputs_of(model));
  const std::vector<float> all = lenet::probabilities(model.net, model.images->selected(images), 1);
  std::vector<float> said;
  for (std::size_t i = 0; i < images.size(); ++i) {
    said.push_back(all[i * outputs + static_cast<std::size_t>(predicted_of(model, images[i]))]);
  }
  return said;
}

Json judged_image(const ModelSnapshot& model, std::int32_t image, float probability) {
  return {{"image", image},
          {"true", model.images->label(image)},
          {"predicted", predicted_of(model, image)},
          {"probability", probability}};
}

/// The images that were classified wrong, the surest first.
void rank_mistakes(ModelSnapshot& model) {
  const auto images = static_cast<std::int32_t>(model.images->size());
  std::vector<std::int32_t> wrong;
  for (std::int32_t i = 0; i < images; ++i) {
    if (predicted_of(model, i) != model.images->label(i)) wrong.push_back(i);
  }
  const std::vector<float> said = probabilities_of(model, wrong);
  std::vector<std::size_t> order(wrong.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return said[i]; });
  for (const std::size_t i : order) {
    model.mistakes.push_back(wrong[i]);
    model.probabilities.push_back(said[i]);
  }
}

/// Marks the units of a layer that any image moves.
void mark_alive(const Activation& layer, std::int64_t images, std::vector<bool>& alive) {
  const auto units = static_cast<std::int64_t>(alive.size());
  const std::int64_t each = element_count(layer.shape) / units;
  for (std::int64_t i = 0; i < images * units; ++i) {
    const float* const unit = layer.values.data() + i * each;
    if (std::any_of(unit, unit + each, [](float x) { return x != 0; }))
      alive[static_cast<std::size_t>(i % units)] = true;
  }
}

/// Of the first images, a few at a time: all values of a layer are in memory at once.
std::vector<DeadUnits> dead_units(const Sequential& net, const Dataset& images) {
  constexpr std::int64_t kImages = 64, kAtOnce = 16;
  const std::int64_t all = std::min(kImages, images.size());
  std::vector<DeadUnits> dead;
  std::vector<std::vector<bool>> alive;
  for (std::int64_t first = 0; first < all; first += kAtOnce) {
    std::vector<std::int32_t> some(static_cast<std::size_t>(std::min(kAtOnce, all - first)));
    std::iota(some.begin(), some.end(), static_cast<std::int32_t>(first));
    const std::vector<Activation> layers = activations(net, images, some);
    alive.resize(layers.size());
    for (std::size_t k = 0; k < layers.size(); ++k) {
      alive[k].resize(static_cast<std::size_t>(layers[k].shape[0]));
      mark_alive(layers[k], std::ssize(some), alive[k]);
    }
    if (dead.empty()) {
      for (const Activation& layer : layers) dead.push_back({.path = layer.path});
    }
  }
  for (std::size_t k = 0; k < dead.size(); ++k) {
    dead[k].units = std::ssize(alive[k]);
    dead[k].dead = std::ranges::count(alive[k], false);
  }
  return dead;
}

}  // namespace

void complete(ModelSnapshot& model) {
  model.parameters = model.net.named_parameters();
  if (!model.predicted.empty()) rank_mistakes(model);
  model.dead = dead_units(model.net, *model.images);
}

Json evaluation_of(const ModelSnapshot& model) {
  constexpr std::size_t kMostMistakes = 64;
  constexpr std::int64_t kMostShown = 200;
  const std::int64_t classes = outputs_of(model);
  if (classes > kMostShown) {
    throw Error(ErrorKind::kFailed, fmt::format("a confusion of {} classes, shown are up to {}; "
                                                "lenet eval --json has it",
                                                classes, kMostShown));
  }
  const ConfusionMatrix confusion(model.images->labels(), model.predicted, classes);
  Json names = Json::array(), rows = Json::array(), mistakes = Json::array();
  for (std::int64_t label = 0; label < classes; ++label) {
    names.push_back(output_name(model.names, label, true));
    Json row = Json::array();
    for (std::int64_t k = 0; k < classes; ++k) row.push_back(confusion.count(label, k));
    rows.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < std::min(kMostMistakes, model.mistakes.size()); ++i) {
    mistakes.push_back(judged_image(model, model.mistakes[i], model.probabilities[i]));
  }
  return {{"epoch", model.epoch},
          {"classes", std::move(names)},
          {"confusion", std::move(rows)},
          {"mistakes", std::move(mistakes)}};
}

Json cell_of(const ModelSnapshot& model, std::int64_t label, std::int64_t predicted) {
  constexpr std::size_t kMost = 200;
  const std::int64_t classes = outputs_of(model);
  require(label >= 0 && label < classes && predicted >= 0 && predicted < classes,
          fmt::format("classes {} and {}: want 0 to {}", label, predicted, classes - 1));
  const auto images = static_cast<std::int32_t>(model.images->size());
  std::vector<std::int32_t> found;
  for (std::int32_t i = 0; i < images && found.size() < kMost; ++i) {
    if (model.images->label(i) == label && predicted_of(model, i) == predicted) found.push_back(i);
  }
  const std::vector<float> said = probabilities_of(model, found);
  Json cell = Json::array();
  for (std::size_t i = 0; i < found.size(); ++i) {
    cell.push_back(judged_image(model, found[i], said[i]));
  }
  return cell;
}

Shape shown_shape(const Dataset& data) {
  const Shape& shape = data.image_shape();
  if (shape[0] == 1 || shape[0] == 3) return shape;
  return {1, shape[0] * shape[1], shape[2]};
}

std::vector<std::uint8_t> pictures_of(const Dataset& data, std::span<const std::int64_t> numbers) {
  std::vector<std::uint8_t> bytes;
  for (const std::int64_t i : numbers) {
    require(i >= 0 && i < data.size(), fmt::format("image {}: want 0 to {}", i, data.size() - 1));
    const std::vector<std::uint8_t> picture = picture_of(data, i);
    bytes.insert(bytes.end(), picture.begin(), picture.end());
  }
  return bytes;
}

std::string images_file(const Dataset& data, std::span<const std::int64_t> numbers) {
  const Shape shape = shown_shape(data);
  return serialise_bytes("images", {std::ssize(numbers), shape[0], shape[1], shape[2]},
                         pictures_of(data, numbers));
}

}  // namespace lenet
