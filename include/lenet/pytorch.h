// A network as a module of PyTorch.
#pragma once

#include <filesystem>
#include <string>

#include "lenet/export.h"
#include "lenet/model_file.h"

namespace LENET_PUBLIC lenet {

/// Writes Python that builds the network as `net`, an nn.Sequential whose state_dict has the names
/// of the model file, so that load_state_dict(..., strict=True) takes its weights; what PyTorch has
/// no module for (Residual, Sum, Concat, Affine2d, ScaledTanh, LeNet5C3) is defined in front. After
/// torch.manual_seed(S) it has the weights of seed S. `images` makes of bytes, or of floats where
/// it was trained on these, what the network takes. Throws Error: kUsage for a network that is not
/// built or with a layer of the user; kIo.
void export_pytorch(const std::filesystem::path& path, const Model& model);

/// The text that export_pytorch writes.
std::string pytorch_module(const Model& model);

}  // namespace lenet
