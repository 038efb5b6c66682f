// A network in a safetensors file: weights under PyTorch's names, and what is needed to use them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lenet/export.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// A network ready to run, and what its file says of the data that it was trained on.
struct Model {
  Sequential net;
  std::vector<std::string> class_names;  ///< none where the file has none
  std::string data_sha256 = {};          ///< data_sha256() of the data; empty where it is not known
};

/// Writes the parameters of a built network, as torch.nn.Sequential.state_dict() names and shapes
/// them, with the model text, the input's shape, the class names, data_sha256() of the data (where
/// it is not empty) and the pixels' scale as metadata; the file whole or not at all. Throws Error
/// (kIo).
void save_model(const std::filesystem::path& path, Sequential& net,
                const std::vector<std::string>& class_names, const std::string& data_sha256 = {});

/// Reads what save_model wrote. Throws Error: kIo, kBadInput.
Model load_model(const std::filesystem::path& path);

/// Replaces the parameters of a built network by the tensors of a safetensors file from anywhere. A
/// prefix common to all names ("net.0.weight") is left out. Throws Error (kBadInput), and changes
/// nothing, if a tensor is missing, misshapen, left over or not finite.
void load_weights(const std::filesystem::path& path, Sequential& net);

}  // namespace lenet
