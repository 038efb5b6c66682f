// A run of a sweep, of which its result is kept.
#pragma once

#include <cstdint>
#include <filesystem>

#include "page/page_run.h"

namespace lenet {

class SweepRun final : public PageRun {
 public:
  /// result: one of read_sweep().
  SweepRun(const std::filesystem::path& sweep, std::int64_t number,
           const nlohmann::ordered_json& result);

  bool look() override { return false; }
  const nlohmann::ordered_json& info() const override { return info_; }
  const PageTable& points() override { return points_; }
  const PageTable& points_so_far() const override { return points_; }
  const PageTable& steps() const override { return steps_; }
  const WeightHistory& weights() override { return weights_; }
  std::shared_ptr<const ModelSnapshot> snapshot() override { return nullptr; }
  std::shared_ptr<const ModelSnapshot> last_snapshot() const override { return nullptr; }

 private:
  nlohmann::ordered_json info_;
  PageTable points_, steps_;
  WeightHistory weights_;
};

}  // namespace lenet
