// What a run reports while it trains, as one line of text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lenet/animator.h"

namespace lenet {

/// After a training step. The rates are the caller's; one that is not finite is left out.
struct Progress {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t epochs = 0;
  std::int64_t step = 0;  ///< done in this epoch
  std::int64_t steps = 0;
  double images_per_second = 0;
  double loss = 0;  ///< running means of the epoch
  double metric = 0;
  double seconds_left = 0;  ///< to the end of the run
  std::string_view metric_name = "acc";
  std::optional<double> test_metric = std::nullopt;  ///< of the last epoch that has ended
  std::optional<double> test_margin = std::nullopt;  ///< half of its interval
};

/// After an epoch.
struct EpochResult {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t epochs = 0;
  double loss = 0;
  double train_metric = 0;
  std::optional<double> test_metric = std::nullopt;
  std::optional<double> test_margin = std::nullopt;     ///< half of its interval
  std::optional<double> holdout_metric = std::nullopt;  ///< by which weights are chosen
  double images_per_second = 0;
  std::string_view metric_name = "acc";
};

/// "epoch 3/10  ━━━━━━━╸──────  24%  78,900 images/s  loss 0.912  acc 0.634  0:05 left", at most
/// `columns` wide: what matters least goes first. Bar and percentage are those of the whole run.
/// Letters alone where the curves are made of them, or of blocks.
std::string progress_line(const Progress& progress, int columns, bool color,
                          std::optional<Glyphs> glyphs = Glyphs::kBraille);

/// "epoch 3/10  loss 0.812  train acc 0.681  test acc 0.673 ± 0.009  holdout acc 0.690  76,500
/// images/s"
std::string epoch_line(const EpochResult& result);

}  // namespace lenet
