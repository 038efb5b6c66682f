// A run as its folder tells it, finished or trained by another process.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>

#include "lenet/error.h"
#include "page/page_run.h"

namespace lenet {

/// Reads the folder now and then, and its points once they were asked for.
class FolderRun final : public PageRun {
 public:
  explicit FolderRun(const std::filesystem::path& folder);

  bool look() override;
  const nlohmann::ordered_json& info() const override { return info_; }
  const PageTable& points() override;
  const PageTable& points_so_far() const override { return points_; }
  const PageTable& steps() const override { return steps_; }
  const WeightHistory& weights() override { return weights_; }
  std::shared_ptr<const ModelSnapshot> snapshot() override;
  void forget() override;
  std::shared_ptr<const ModelSnapshot> last_snapshot() const override { return snapshot_; }

 private:
  void begin_reading();
  bool take_read();
  void take(const RunHistory& run);
  void take_snapshot();

  std::filesystem::path folder_;
  RunStamp stamp_;
  std::chrono::steady_clock::time_point next_ = {};  ///< look
  bool running_ = false;
  bool asked_ = false;  ///< for points
  nlohmann::ordered_json info_;
  PageTable points_, steps_;
  WeightHistory weights_;  ///< of the last moment alone
  std::future<RunHistory> reading_;
  std::optional<RunStamp> taking_of_, snapshot_of_;  ///< the run as it was then
  std::shared_ptr<const ModelSnapshot> snapshot_;
  std::optional<Error> failure_;
  std::future<ModelSnapshot> taking_;
};

}  // namespace lenet
