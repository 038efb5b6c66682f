// A network as the page shows it: its layers, and what they make of an image.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "lenet/dataset.h"
#include "page/model_snapshot.h"

namespace lenet {

/// web/src/source.ts: Network, without "run".
nlohmann::ordered_json network_of(const ModelSnapshot& model);

/// What each layer makes of test image i: a safetensors file of floats, a tensor a layer by its
/// path, in the order of the text. Layers of more than a million values are left out. Throws Error
/// (kUsage) for an image that there is not.
std::string layers_file(const ModelSnapshot& model, std::int64_t i);

/// The same of an image of these bytes, (channels, height, width), and "probabilities", of which
/// there are none where the targets are no classes. Throws Error (kUsage) for another number of
/// bytes, and for a network of images of floats.
std::string prediction_file(const ModelSnapshot& model, std::string_view bytes);

/// All parameters by their names, as a safetensors file. Throws Error (kUsage) for more than four
/// million.
std::string parameters_file(const ModelSnapshot& model);

}  // namespace lenet
