// A run that was stopped, in a file.
#pragma once

#include <filesystem>
#include <string>

#include "lenet/export.h"
#include "lenet/fit.h"

namespace LENET_PUBLIC lenet {

/// A run between two steps.
struct Checkpoint {
  std::string run;  ///< what the caller knows the run by, such as its options; UTF-8
  FitState state;
};

/// The most bytes that a checkpoint of such a run takes. net: built.
std::int64_t checkpoint_bytes(const Sequential& net, const FitOptions& options);

/// Writes a safetensors file: weights, optimizer's state and averages as tensors, the rest as JSON
/// and the SHA-256 of it all as metadata. The file whole or not at all. Throws Error (kIo).
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Reads what save_checkpoint wrote. Throws Error: kIo, and kBadInput if anything in it has changed
/// since.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace lenet
