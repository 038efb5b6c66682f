// What a user may write where a command wants a network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/command_line.h"
#include "lenet/model_file.h"
#include "lenet/sequential.h"
#include "lenet/shape.h"

namespace lenet::cli {

/// A network without shapes from a preset ("lenet"), a text file, a saved model or the model text
/// itself; `name` is short and fit for a file name. Throws Error.
struct NamedNetwork {
  Sequential net;
  std::string name;
};

/// classes: the outputs that a preset gets.
NamedNetwork parse_model_argument(const std::string& argument, std::int64_t classes = 10);

/// A trained model for a command that uses one.
struct ModelOptions {
  std::string path;     ///< a saved model, an ONNX file or the folder of a run
  std::string network;  ///< --model, for a file of weights alone
  std::string input;    ///< --input, beside it
};

/// Declares the model's path, --model and --input.
void add_model(const Command& command, ModelOptions& options);

/// Reads it. Throws Error, which for weights alone says what to add.
Model open_model(const ModelOptions& options);

/// The argument names a file for read_saved_model, which also says what to do with one of
/// torch.save.
bool is_saved_model(const std::string& argument);

/// Reads a saved model or an ONNX file. Throws Error.
Model read_saved_model(const std::filesystem::path& path);

/// Replaces the parameters of a built network by those of a safetensors or ONNX file. Throws Error.
void read_weights(const std::filesystem::path& path, Sequential& net);

/// "1x28x28" or "3x32x32" as a shape. Throws Error (kUsage).
Shape parse_input_shape(const std::string& text);

/// Builds a network for images of --input, or of 1x28x28 without one. That of a saved model
/// stays as it is. Throws Error (kUsage), also for an --input beside a saved model.
void build_for(const std::optional<std::string>& input, Sequential& net, Generator& generator);

}  // namespace lenet::cli
