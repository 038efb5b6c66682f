// Where a network runs.
#pragma once

#include <string>
#include <string_view>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// A processor or a graphics card, as torch.device.
struct Device {
  enum class Kind { kCpu, kCuda };

  Kind kind = Kind::kCpu;
  int index = 0;  ///< of the graphics card

  bool operator==(const Device&) const = default;
};

/// "cpu" or "cuda:0".
std::string to_string(const Device& device);

/// The device that "auto", "cpu", "cuda" or "cuda:1" names; "auto" takes what is there. Throws
/// Error (kUsage) for another name, Error (kFailed) for a graphics card that cannot be used.
Device parse_device(std::string_view name);

/// Graphics card i if it can be used, else the CPU (D2L 5.6).
Device try_gpu(int i = 0);

}  // namespace lenet
