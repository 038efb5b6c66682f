#include "lenet/device.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "base/gpus.h"
#include "base/number_text.h"
#include "base/require.h"
#include "lenet/error.h"

namespace lenet {

std::string to_string(const Device& device) {
  switch (device.kind) {
    case Device::Kind::kCpu:
      return "cpu";
    case Device::Kind::kCuda:
      return fmt::format("cuda:{}", device.index);
  }
  unknown("device");
}

Device parse_device(std::string_view name) {
  if (name == "cpu") return {};
  if (name == "auto") return try_gpu();
  constexpr std::string_view kCard = "cuda:";
  std::optional<int> index;
  if (name == "cuda") index = 0;
  if (name.starts_with(kCard)) index = number_in<int>(name.substr(kCard.size()));
  if (!index || *index < 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("device '{}': want auto, cpu, cuda or cuda:INDEX", name));
  }
  require_gpu(*index);
  return {Device::Kind::kCuda, *index};
}

void require_gpu(int index) {
  const Gpus gpus = find_gpus();
  if (index >= 0 && index < gpus.count) return;
  throw Error(
      ErrorKind::kFailed,
      fmt::format("device cuda:{}: {}; use cpu, or auto to take what is there", index,
                  gpus.count == 0 ? gpus.why_none : fmt::format("want 0 to {}", gpus.count - 1)));
}

Device try_gpu(int i) {
  if (i >= 0 && i < find_gpus().count) return {Device::Kind::kCuda, i};
  return {};
}

}  // namespace lenet
