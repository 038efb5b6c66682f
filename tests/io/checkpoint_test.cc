#include "lenet/checkpoint.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/errors.h"
#include "base/file.h"
#include "base/sha256.h"
#include "data/test_files.h"
#include "lenet/safetensors.h"
#include "train/loss.h"

namespace lenet {
namespace {

FitState some_state() {
  FitState s;
  s.epoch = 3;
  s.step = 4;
  s.sum = {.loss_sum = 0.1 + 0.2, .metric_sum = 5, .examples = 64};
  s.generator = Generator(9);
  s.generator.next32();
  s.trainer = {.parameters = {1.5f, -0.0f, 1e-42f},
               .buffers = {3},
               .first = {4, 5, 6},
               .second = {},
               .average = {7, 8, 9},
               .average_buffers = {10},
               .steps = 24};
  s.epoch_start = s.trainer;
  s.epoch_start.parameters = {2, 3, 4};
  s.epoch_start.steps = 20;
  s.rollbacks = 1;
  s.best_metric = 1.0 / 3;
  s.best_epoch = 2;
  s.best = {{1, 2, 3}, {4}};
  s.step_seconds = 0.25;
  s.report.examples = 320;
  s.report.wall_seconds = 1.25;
  s.report.epochs = {{1, 2.3, 0.1, 0.2, 0.3, std::nullopt}, {2, 2.1, 0.2, 0.3, std::nullopt, 0.5}};
  s.report.points = {{0.2, 2.3, 0.1, std::nullopt}, {1, std::nullopt, std::nullopt, 0.2}};
  s.report.step_losses = {2.5, 2.4};
  return s;
}

class CheckpointFile : public TestFolder {
 protected:
  std::filesystem::path saved() const {
    const auto path = dir_ / "checkpoint.safetensors";
    save_checkpoint(path, {"{\"model\": \"…\"}", some_state()});
    return path;
  }
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST_F(CheckpointFile, KeepsEveryBit) {
  const Checkpoint read = load_checkpoint(saved());
  const FitState want = some_state(), &got = read.state;
  EXPECT_EQ(read.run, "{\"model\": \"…\"}");
  EXPECT_TRUE(same_bits(got.epoch_start.parameters, want.epoch_start.parameters));
  EXPECT_TRUE(same_bits(got.epoch_start.first, want.epoch_start.first));
  EXPECT_EQ(got.epoch_start.steps, 20);
  EXPECT_EQ(got.rollbacks, 1);
  EXPECT_EQ(got.epoch, 3);
  EXPECT_EQ(got.step, 4);
  EXPECT_EQ(got.sum.loss_sum, want.sum.loss_sum);
  EXPECT_EQ(got.sum.metric_sum, 5);
  EXPECT_EQ(got.sum.examples, 64);
  EXPECT_EQ(got.generator.state(), want.generator.state());
  EXPECT_TRUE(same_bits(got.trainer.parameters, want.trainer.parameters));
  EXPECT_EQ(got.trainer.buffers, want.trainer.buffers);
  EXPECT_EQ(got.trainer.first, want.trainer.first);
  EXPECT_TRUE(got.trainer.second.empty());
  EXPECT_EQ(got.trainer.average, want.trainer.average);
  EXPECT_EQ(got.trainer.average_buffers, want.trainer.average_buffers);
  EXPECT_EQ(got.trainer.steps, 24);
  EXPECT_EQ(got.best_metric, want.best_metric);
  EXPECT_EQ(got.best_epoch, 2);
  EXPECT_EQ(got.best.parameters, want.best.parameters);
  EXPECT_EQ(got.best.buffers, want.best.buffers);
  EXPECT_EQ(got.step_seconds, 0.25);
  EXPECT_EQ(got.report.examples, 320);
  EXPECT_EQ(got.report.wall_seconds, 1.25);
  EXPECT_EQ(got.report.step_losses, want.report.step_losses);
  ASSERT_EQ(got.report.epochs.size(), 2u);
  EXPECT_EQ(got.report.epochs[0].train_loss, 2.3);
  EXPECT_EQ(got.report.epochs[0].holdout_metric, 0.3);
  EXPECT_FALSE(got.report.epochs[0].averaged_metric);
  EXPECT_EQ(got.report.epochs[1].averaged_metric, 0.5);
  ASSERT_EQ(got.report.points.size(), 2u);
  EXPECT_EQ(got.report.points[0].train_loss, 2.3);
  EXPECT_FALSE(got.report.points[0].test_metric);
  EXPECT_EQ(got.report.points[1].test_metric, 0.2);
  EXPECT_FALSE(got.report.points[0].holdout_metric);
  EXPECT_EQ(got.report.points[1].holdout_metric,
            want.report.epochs[0].holdout_metric);  // as in 0.2.0
}

TEST_F(CheckpointFile, KeepsTheMetricOfAnotherLoss) {
  for (const Metric* metric : known_metrics()) {
    FitState state = some_state();
    state.report.metric = metric;
    state.sum.metric_sum = 0.1 + 0.7;
    const auto path = dir_ / "other.safetensors";
    save_checkpoint(path, {"{}", state});
    const FitState got = load_checkpoint(path).state;
    EXPECT_EQ(got.report.metric, metric);
    EXPECT_EQ(got.sum.metric, metric);
    EXPECT_EQ(got.sum.metric_sum, 0.1 + 0.7);
    EXPECT_EQ(got.best_metric, state.best_metric);
    EXPECT_EQ(got.report.epochs.at(0).metric, metric);
    EXPECT_EQ(got.report.points.at(1).metric, metric);
  }
  EXPECT_EQ(known_metrics().size(), 3u);
}

TEST_F(CheckpointFile, KeepsSumsThatAreNoCounts) {
  for (const double sum : {0.5, 1e20, 9007199254740992.0, 17.0}) {
    FitState state = some_state();
    state.sum.metric_sum = sum;
    const auto path = dir_ / "sum.safetensors";
    save_checkpoint(path, {"{}", state});
    EXPECT_EQ(load_checkpoint(path).state.sum.metric_sum, sum);
  }
}

TEST_F(CheckpointFile, CutAtAnyByteIsRefused) {
  const auto path = saved();
  for (std::uintmax_t size = std::filesystem::file_size(path); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    error_of(ErrorKind::kBadInput, [&] { load_checkpoint(path); });
  }
}

TEST_F(CheckpointFile, WithAnyBitFlippedIsRefused) {
  const auto path = saved();
  const std::string bytes = read_file(path, 1 << 20);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t at, int byte) {
    file.seekp(static_cast<std::ptrdiff_t>(at)).put(static_cast<char>(byte)).flush();
  };
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      put(at, bytes[at] ^ (1 << bit));
      error_of(ErrorKind::kBadInput, [&] { load_checkpoint(path); });
    }
    put(at, bytes[at]);
  }
  load_checkpoint(path);
}

TEST_F(CheckpointFile, SaysThatItIsDamagedOrNone) {
  const auto path = saved();
  std::string bytes = read_file(path, 1 << 20);
  bytes.back() ^= 1;
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::ssize(bytes));
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { load_checkpoint(path); }), "damaged"));
  write_safetensors(path, {{"0.weight", {1}, {1}}});
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { load_checkpoint(path); }),
                       "no metadata \"run\""));
  error_of(ErrorKind::kIo, [&] { load_checkpoint(dir_ / "none"); });
}

/// A whole checkpoint but for this change of its state, and what is said of it.
std::string refusal_of_state(const std::filesystem::path& path, const std::string& part,
                             const std::string& change) {
  SafeTensors file = read_safetensors(path);
  std::string& state = file.metadata["state"];
  EXPECT_TRUE(contains(state, part));
  state.replace(state.find(part), part.size(), change);
  file.metadata.erase("sha256");
  const std::string rest = serialise_safetensors(file.tensors, file.metadata);
  file.metadata["sha256"] =
      sha256({reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size()});
  const auto changed = path.parent_path() / "changed";
  write_safetensors(changed, file.tensors, file.metadata);
  return error_of(ErrorKind::kBadInput, [&] { load_checkpoint(changed); });
}

TEST_F(CheckpointFile, WithAStateThatIsNoneIsRefusedThoughItsSumIsRight) {
  const auto path = saved();
  for (const auto& [part, change] : {std::pair{"{", "["},
                                     {"\"epoch\":3", "\"epoch\":[3]"},
                                     {"\"epoch\":3", "\"epok\":3"},
                                     {"\"generator\":\"", "\"generator\":\"x"},
                                     {"\"step\":4", "\"step\":-4"},
                                     {"\"steps\":24", "\"steps\":3"}}) {
    const std::string message = refusal_of_state(path, part, change);
    EXPECT_TRUE(contains(message, "changed: metadata \"state\": ")) << change;
    EXPECT_TRUE(contains(message, "want a checkpoint as lenet wrote it")) << change;
  }
}

}  // namespace
}  // namespace lenet
