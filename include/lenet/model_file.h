// A network in a safetensors file: weights under PyTorch's names, and what is needed to use them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lenet/export.h"
#include "lenet/loss_function.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// What a model's file says of its training beside the names.
struct ModelOrigin {
  std::string data_sha256 = {};           ///< data_sha256() of the data; empty: not known
  std::optional<LossFunction> loss = {};  ///< none: not known, or cross-entropy of classes
  bool float_images = false;              ///< its images were numbers as they are, not byte / 255

  /// Whether the outputs are of classes: else they are numbers, or of labels (kBce).
  bool tells_classes() const {
    return loss.value_or(LossFunction::kCrossEntropy) == LossFunction::kCrossEntropy;
  }
};

/// A network ready to run, and what its file says of the data that it was trained on.
struct Model {
  Sequential net;
  std::vector<std::string> class_names;  ///< Dataset's; none where the file has none
  ModelOrigin origin = {};
};

/// Writes the parameters of a built network, as torch.nn.Sequential.state_dict() names and shapes
/// them, with the model text, the input's shape, the class names, what is known of its origin and
/// the pixels' scale as metadata; the file whole or not at all. Throws Error (kIo).
void save_model(const std::filesystem::path& path, Sequential& net,
                const std::vector<std::string>& class_names, const ModelOrigin& origin = {});

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
