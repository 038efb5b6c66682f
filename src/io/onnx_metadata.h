// What the writer and the reader of ONNX files agree on.
#pragma once

#include <string_view>

namespace lenet::onnx {

inline constexpr std::string_view kModelKey = "lenet.model";             ///< the model text
inline constexpr std::string_view kClassNamesKey = "lenet.class_names";  ///< a JSON list
inline constexpr std::string_view kDataKey = "lenet.data_sha256";        ///< of the training data
inline constexpr std::string_view kLossKey = "lenet.loss";  ///< of rows, as lenet train --loss
inline constexpr std::string_view kScaleKey = "lenet.pixel_scale";  ///< "1": of images of floats

}  // namespace lenet::onnx
