// What a user may write where a command wants a network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "lenet/model_file.h"
#include "lenet/sequential.h"
#include "lenet/shape.h"

namespace lenet {

/// A network from a preset ("lenet"), a text file or the model text itself, without shapes; or that
/// of a saved model, which has its own. `name` is short and fit for a file name. Throws Error.
struct NamedNetwork {
  Sequential net;
  std::string name;
};

/// classes: the outputs that a preset gets.
NamedNetwork parse_model_argument(const std::string& argument, std::int64_t classes = 10);

/// A trained model for a command that uses one.
struct ModelOptions {
  std::string path;                         ///< a saved model, an ONNX file or the folder of a run
  std::string network;                      ///< --model, for a file of weights alone
  std::string input;                        ///< --input, beside it
  WeightsBy weights_by = WeightsBy::kName;  ///< --weights-by, beside it
};

/// Reads it. Throws Error, which for weights alone says what to add, and (kUsage) where --model,
/// --input or --weights-by says something else than the file.
Model open_model(const ModelOptions& options);

/// The same, or nothing for a file of weights alone beside --model.
std::optional<Model> open_own_model(const ModelOptions& options);

/// The network of --model, not built, for a file of weights alone: a preset gets as many outputs as
/// the file has. Throws Error.
Sequential parse_network(const ModelOptions& options);

/// The weights of a file in that network, built for images of --input, else `images`. Throws Error.
Model with_network(const ModelOptions& options, const Shape& images);

/// The outputs of the network whose weights alone a file holds: the rows of the tensor
/// `head_weight`, with whatever prefix, or by order those of its last Linear. Nothing if there is
/// none. Throws Error.
std::optional<std::int64_t> outputs_in_weights(const std::filesystem::path& argument,
                                               const std::string& head_weight, WeightsBy by);

/// The file that an argument names: itself, or the model.safetensors of a run's folder. Throws
/// Error (kIo) for a folder without one.
std::filesystem::path saved_model_file(const std::filesystem::path& argument);

/// The argument is for read_saved_model, which also says what to do with a file of torch.save.
bool is_saved_model(const std::string& argument);

/// Reads a saved model: a run's folder, a safetensors or an ONNX file. Throws Error.
Model read_saved_model(const std::filesystem::path& argument);

/// The same, or nothing for a file of weights alone.
std::optional<Model> find_saved_model(const std::filesystem::path& argument);

/// Replaces the parameters of a built network by those of such a file or folder, which may hold
/// weights alone; by order of a safetensors file alone. Throws Error.
void read_weights(const std::filesystem::path& argument, Sequential& net, WeightsBy by);

/// What a message adds where weights that do not fit by name do by order.
inline constexpr const char* kOrderOffer =
    "; --weights-by order takes the tensors in their order, whatever their names";

/// Whether `read` throws no Error.
bool fits(const std::function<void()>& read);

/// "1x28x28" or "3x32x32" as a shape. Throws Error (kUsage).
Shape parse_input_shape(const std::string& text);

/// Builds a network for images of --input, or of 1x28x28 without one. That of a saved model
/// stays as it is. Throws Error (kUsage), also for an --input beside a saved model.
void build_for(const std::optional<std::string>& input, Sequential& net, Generator& generator);

}  // namespace lenet
