#include "io/onnx_front.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/onnx_graph.h"

namespace lenet::onnx {

template <class Change>
void Front::change(const std::vector<float>& values, Change change) {
  if (channels_.size() == 1) channels_.resize(values.size(), channels_[0]);
  if (values.size() != 1 && values.size() != channels_.size()) {
    refuse(fmt::format("{} channels, those before have {}", values.size(), channels_.size()));
  }
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    change(channels_[c], double{values[values.size() == 1 ? 0 : c]});
  }
}

void Front::multiply(const std::vector<float>& factors) {
  change(factors, [](Channel& c, double factor) {
    if (factor == 0) refuse("a factor of 0, which leaves nothing of the pixels");
    c = {c.scale * factor, c.shift * factor};
  });
}

void Front::divide(const std::vector<float>& divisors) {
  change(divisors, [](Channel& c, double divisor) {
    if (divisor == 0) refuse("a division by 0");
    c = {c.scale / divisor, c.shift / divisor};
  });
}

void Front::add(const std::vector<float>& values) {
  change(values, [](Channel& c, double value) { c.shift += value; });
}

void Front::subtract(const std::vector<float>& values) {
  change(values, [](Channel& c, double value) { c.shift -= value; });
}

bool Front::takes_bytes() const {
  constexpr double kLeast = 16;
  return std::ranges::any_of(channels_, [](const Channel& c) {
    return std::abs(c.mean()) >= kLeast || std::abs(c.deviation()) >= kLeast;
  });
}

std::vector<Front::Channel> Front::of_pixels(std::int64_t channels, bool bytes) const {
  std::vector<Channel> all = channels_;
  if (all.size() == 1) all.resize(static_cast<std::size_t>(channels), all[0]);
  if (std::ssize(all) != channels) {
    refuse(fmt::format("the pixels' standardisation has {} channels, the images {}", all.size(),
                       channels));
  }
  for (Channel& c : all) c.scale *= bytes ? 255 : 1;
  return all;
}

std::optional<Normalization> Front::normalization(std::int64_t channels, bool bytes) const {
  const std::vector<Channel> all = of_pixels(channels, bytes);
  constexpr double kRounding = 1e-6;  // 1 / 255 as a float, times 255
  const bool plain = std::ranges::all_of(all, [](const Channel& c) {
    return std::abs(c.scale - 1) < kRounding && std::abs(c.shift) < kRounding;
  });
  if (plain) return Normalization();
  Normalization n;
  for (const Channel& c : all) {
    if (!(c.scale > 0)) return std::nullopt;
    n.mean.push_back(static_cast<float>(c.mean()));
    n.deviation.push_back(static_cast<float>(c.deviation()));
  }
  return n;
}

std::vector<float> Front::affine(std::int64_t channels, bool bytes) const {
  const std::vector<Channel> all = of_pixels(channels, bytes);
  std::vector<float> values;
  for (const Channel& c : all) values.push_back(static_cast<float>(c.scale));
  for (const Channel& c : all) values.push_back(static_cast<float>(c.shift));
  return values;
}

}  // namespace lenet::onnx
