// A trained network as C for devices.
#pragma once

#include <filesystem>
#include <string>

#include "lenet/export.h"
#include "lenet/model_file.h"
#include "lenet/quantize.h"

namespace LENET_PUBLIC lenet {

struct COptions {
  std::string name;  ///< what all names begin with: a C identifier; empty: made of the file's stem
};

/// Writes one C99 file that runs the network, and its header beside it (model.h beside model.c):
///
///     void NAME_predict(const uint8_t *pixels, float *probabilities);
///
/// takes the bytes of one image (channels, height, width), normalises them as the network was
/// trained, and gives the softmax of its outputs. The code allocates nothing, uses of the C library
/// expf, expm1f, tanhf, erfcf, log1pf and fabsf alone, and keeps its activations in one static
/// arena, so that one call runs at a time. Throws Error: kUsage for a path that does not end in .c,
/// a name that is no identifier, a layer of the user, a network of 2 GiB or more; kBadInput for a
/// class name that no C string holds; kIo.
void export_c(const std::filesystem::path& path, const Model& model, const COptions& options = {});

/// The same for the integers of `quantized`, made of model.net.
void export_c(const std::filesystem::path& path, const Model& model,
              const QuantizedNetwork& quantized, const COptions& options = {});

}  // namespace lenet
