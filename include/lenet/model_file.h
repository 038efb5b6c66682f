// A network in a safetensors file: weights under PyTorch's names, and what is needed to use them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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

/// Which tensor of a file goes to which layer.
enum class WeightsBy {
  kName,   ///< PyTorch's names of the layers, "0.weight"; a prefix common to all is left out
  kOrder,  ///< whatever their names: the first convolution's to the first Conv2d, and so on
};

/// Replaces the parameters of a built network by the tensors of a safetensors file from anywhere.
/// By order, the tensors before ".weight", ".bias", ".running_mean" and ".running_var" are a
/// module, the k-th of each kind (a weight of four axes, of two, a running mean) is for the k-th
/// layer of that kind. The order is the file's; in one that is sorted by names, as Python's
/// safetensors writes it, that of the names and the numbers in them, and among modules of the same
/// shapes no letter may decide. Throws Error (kBadInput), and changes nothing, if a tensor is
/// missing, misshapen, left over or not finite, or the order is open.
void load_weights(const std::filesystem::path& path, Sequential& net,
                  WeightsBy by = WeightsBy::kName);

/// The outputs of the last Linear in a file of weights, as load_weights() takes them by order;
/// nothing if there is none. Throws Error as it does.
std::optional<std::int64_t> last_outputs_by_order(const std::filesystem::path& path);

}  // namespace lenet
