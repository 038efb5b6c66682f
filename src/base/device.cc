#include "lenet/device.h"

#include <fmt/format.h>

#include <charconv>

#include "base/gpus.h"
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
  int index = 0;
  bool known = name == "cuda";
  if (name.starts_with("cuda:")) {
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + 5, end, index);
    known = error == std::errc() && stop == end && index >= 0;
  }
  if (!known) {
    throw Error(ErrorKind::kUsage,
                fmt::format("device '{}': want auto, cpu, cuda or cuda:INDEX", name));
  }
  require_gpu(index);
  return {Device::Kind::kCuda, index};
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
