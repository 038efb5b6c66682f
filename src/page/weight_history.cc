#include "page/weight_history.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "run/json_document.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kBins = 40, kMostMoments = 400;
constexpr std::int64_t kMostFilterValues = 4096;

double norm_of(std::span<const float> values) {
  double sum = 0;
  for (const float x : values) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum);
}

double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d * d;
  }
  return std::sqrt(sum);
}

/// Values in `kBins` parts of [low, high]; those that are not finite in none.
std::vector<std::int64_t> counts_of(std::span<const float> values, double low, double high) {
  std::vector<std::int64_t> counts(kBins);
  for (const float x : values) {
    if (!std::isfinite(x)) continue;
    const double part = high > low ? (static_cast<double>(x) - low) / (high - low) : 0;
    ++counts[std::min(kBins - 1, static_cast<std::size_t>(part * static_cast<double>(kBins)))];
  }
  return counts;
}

bool is_filter(const NamedParameter& p) {
  return p.info.kind == ParameterInfo::Kind::kWeight && p.info.shape.size() == 4 &&
         element_count(p.info.shape) <= kMostFilterValues;
}

}  // namespace

void WeightHistory::add(std::int64_t epoch, const std::vector<NamedParameter>& parameters) {
  if (parameters.empty()) return;
  if (tensors_.empty()) {
    for (const NamedParameter& p : parameters) tensors_.push_back({p.name, p.info.shape, {}});
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::span<const float> values = parameters[i].values;
    Tensor& tensor = tensors_[i];
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const float x : values) {
      if (!std::isfinite(x)) continue;
      low = std::min(low, static_cast<double>(x));
      high = std::max(high, static_cast<double>(x));
    }
    if (low > high) low = high = 0;
    const double epochs =
        tensor.moments.empty() ? 0 : static_cast<double>(epoch - tensor.moments.back().epoch);
    tensor.moments.push_back(
        {.epoch = epoch,
         .low = low,
         .high = high,
         .norm = norm_of(values),
         .update = epochs > 0 ? distance(values, tensor.last) / epochs : std::nan(""),
         .counts = counts_of(values, low, high)});
    tensor.last.assign(values.begin(), values.end());
  }
  const auto filter = std::ranges::find_if(parameters, is_filter);
  if (filter != parameters.end()) {
    filter_ = {filter->name, filter->info.shape, {}};
    filters_.emplace_back(filter->values.begin(), filter->values.end());
  }
  if (tensors_[0].moments.size() > kMostMoments) thin();
}

/// The newest moment stays.
void WeightHistory::thin() {
  const auto halve = [](auto& all) {
    const std::size_t odd = (all.size() - 1) % 2;
    std::size_t kept = 0;
    for (std::size_t i = odd; i < all.size(); i += 2) all[kept++] = std::move(all[i]);
    all.resize(kept);
  };
  for (Tensor& tensor : tensors_) halve(tensor.moments);
  halve(filters_);
}

Json WeightHistory::document() const {
  Json epochs = Json::array(), tensors = Json::array(), filters = nullptr;
  for (const Tensor& tensor : tensors_) {
    Json low = Json::array(), high = low, norm = low, update = low, counts = low;
    for (const Moment& m : tensor.moments) {
      if (&tensor == &tensors_.front()) epochs.push_back(m.epoch);
      low.push_back(m.low);
      high.push_back(m.high);
      norm.push_back(json_of(m.norm));
      update.push_back(json_of(m.update));
      counts.push_back(m.counts);
    }
    tensors.push_back({{"name", tensor.name},
                       {"shape", tensor.shape},
                       {"low", std::move(low)},
                       {"high", std::move(high)},
                       {"norm", std::move(norm)},
                       {"update", std::move(update)},
                       {"counts", std::move(counts)}});
  }
  if (!filters_.empty())
    filters = {{"name", filter_.name}, {"shape", filter_.shape}, {"values", filters_}};
  return {{"epochs", std::move(epochs)},
          {"tensors", std::move(tensors)},
          {"filters", std::move(filters)}};
}

}  // namespace lenet
