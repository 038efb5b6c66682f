// What a classifier says of the test images, as the page asks for it.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/sequential.h"

namespace lenet {

/// Channels, or features, of a layer's output.
struct DeadUnits {
  std::string path;
  std::int64_t units = 0, dead = 0;  ///< dead: 0 for each of the first test images
};

/// A network with the weights of a moment, and what it said then.
struct ModelSnapshot {
  std::int64_t epoch = 0;
  Sequential net;
  std::shared_ptr<const Dataset> images;  ///< of the test set
  std::vector<std::string> names;         ///< of the outputs, where known
  std::vector<std::int32_t> predicted;    ///< an image; empty where targets are no classes

  // What complete() fills in.
  std::vector<NamedParameter> parameters = {};  ///< of net
  std::vector<std::int32_t> mistakes = {};      ///< images, the surest first
  std::vector<float> probabilities = {};        ///< of what was said there
  std::vector<DeadUnits> dead = {};             ///< a layer, in the order of the text
};

/// By one thread.
void complete(ModelSnapshot& model);

/// web/src/source.ts: Evaluation, without "run". Throws Error for more than 200 classes.
nlohmann::ordered_json evaluation_of(const ModelSnapshot& model);

/// Judged[] of the images of a class that were taken for another one, or rightly for it: the first
/// 200. Throws Error (kUsage) for a class that there is not.
nlohmann::ordered_json cell_of(const ModelSnapshot& model, std::int64_t label,
                               std::int64_t predicted);

/// {1 or 3, height, width} of the data's images as they are shown: other channels than one or three
/// are below each other.
Shape shown_shape(const Dataset& data);

/// The images of these numbers as bytes, one behind the other. Throws Error (kUsage) for a number
/// that there is not.
std::vector<std::uint8_t> pictures_of(const Dataset& data, std::span<const std::int64_t> numbers);

/// The same as a safetensors file with "images" of bytes, (images, channels,
/// height, width) of shown_shape().
std::string images_file(const Dataset& data, std::span<const std::int64_t> numbers);

}  // namespace lenet
