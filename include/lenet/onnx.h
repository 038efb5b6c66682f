// Networks as ONNX files (https://onnx.ai), which other runtimes execute. The file's input "input"
// is a batch (N, channels, height, width) of images, or (N, features), as float32 in [0, 1]: byte /
// 255, PyTorch's ToTensor. Its output "output" is (N, classes).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lenet/export.h"
#include "lenet/model_file.h"

namespace LENET_PUBLIC lenet {

struct OnnxOptions {
  bool softmax = false;  ///< the output is probabilities in place of logits
};

/// Writes the network in evaluation as IR version 7, opset 13, the batch's size left free; tensors
/// are named as PyTorch names them ("0.weight"). The pixels' normalization becomes Sub and Div in
/// front. Model text, class names and data_sha256 are metadata, so that load_onnx gives the same
/// again. The file whole or not at all, the same model as the same bytes. Throws Error: kUsage for
/// a network that is not built, of more than 2 GiB, or with a layer that is not the library's; kIo.
void save_onnx(const std::filesystem::path& path, const Model& model,
               const OnnxOptions& options = {});

/// The bytes that save_onnx writes.
std::string serialise_onnx(const Model& model, const OnnxOptions& options = {});

/// A network of a file from anywhere of opset 7 to 21 that holds layers which lenet has, one behind
/// the other or in branches that meet again, as the exporters of PyTorch, Keras and CNTK write
/// them. Values may lie in other files of its folder. Images with their channels last become
/// (channels, height, width). What stands in front of all layers becomes the normalization; where
/// that is one of bytes, of a mean or deviation of 16 or more, it becomes that of byte / 255.
/// Dropout and a Softmax or LogSoftmax at the end are left out, BatchNormalization stays a layer,
/// the batch's size does not matter. Throws Error: kIo; kBadInput for anything else, naming the
/// node.
Model load_onnx(const std::filesystem::path& path);

/// The same from memory, without other files; `source` names the bytes in messages.
Model parse_onnx(std::string_view bytes, const std::string& source);

/// Replaces the parameters of a built network by those of an ONNX file that holds the same layers.
/// Throws Error as load_onnx does, and kBadInput, changing nothing, where the layers differ.
void load_onnx_weights(const std::filesystem::path& path, Sequential& net);

}  // namespace lenet
