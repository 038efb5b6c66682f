// A run that this process trains, seen from inside.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <variant>

#include "lenet/run.h"
#include "page/page_run.h"
#include "page/ring.h"
#include "page/weight_history.h"

namespace lenet {

/// What the thread that trains tells is copied into a ring and taken out by the server's look(): it
/// never waits. Where the ring is nearly full, losses of minibatches are left out.
class LiveRun final : public PageRun {
 public:
  LiveRun();
  ~LiveRun() override;
  LiveRun(const LiveRun&) = delete;
  LiveRun& operator=(const LiveRun&) = delete;

  // Of the thread that trains.

  /// Puts itself in front of the callbacks of the run.
  void follow(RunStart& start);
  void note(const std::string& sentence);
  /// The run is over, however that came; its folder says the rest.
  void end();

  // Of the server's.

  bool look() override;
  const nlohmann::ordered_json& info() const override { return info_; }
  const PageTable& points() override { return points_; }
  const PageTable& points_so_far() const override { return points_; }
  const PageTable& steps() const override { return steps_; }
  const WeightHistory& weights() override { return weights_; }
  std::shared_ptr<const ModelSnapshot> snapshot() override;
  std::shared_ptr<const ModelSnapshot> last_snapshot() const override { return snapshot_; }

 private:
  using Json = nlohmann::ordered_json;

  struct Begin {
    std::filesystem::path folder;
    std::string record, network;
    Shape input;
    std::shared_ptr<const Dataset> test;
    std::vector<FitPoint> before;
    std::vector<std::string> classes;
    std::int64_t max_steps;
  };
  struct End {};
  struct Event {
    double seconds = 0;  ///< since the beginning
    std::variant<std::monostate, Begin, StepEvent, FitPoint, EpochReport, std::string, End> what =
        {};
  };
  /// What an evaluation said, and the weights that it was of.
  struct Tested {
    std::int64_t epoch;
    std::vector<std::int32_t> predicted;
    std::vector<float> parameters, buffers;
    Normalization normalization;
  };

  template <class T>
  void tell(T what, std::size_t spare = 0);
  void keep(const TestEvent& e, const Sequential& net);

  void take(const Event& event);
  void take(const Begin& begin, double seconds);
  void take(const StepEvent& e, double seconds);
  void take(const FitPoint& p, double seconds);
  void take(const EpochReport& e);
  void take(const End&);
  void judge_by(const Metric& metric);
  void take_tested();
  ModelSnapshot snapshot_of(Tested tested) const;

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Ring<Event> events_;
  std::atomic<Tested*> tested_ = nullptr;  ///< the newest that nobody has taken

  std::optional<Begin> begin_;
  std::vector<std::string> early_;  ///< notes from before
  bool ended_ = false;
  Json info_;
  PageTable points_, steps_;
  std::optional<double> first_step_;  ///< of all, in this process
  double first_seconds_ = 0;
  WeightHistory weights_;
  std::optional<ModelSnapshot> newest_;  ///< not completed
  std::shared_ptr<const ModelSnapshot> snapshot_;
  std::future<ModelSnapshot> taking_;
};

}  // namespace lenet
