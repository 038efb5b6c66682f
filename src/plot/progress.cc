#include "plot/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "plot/text.h"

namespace lenet {
namespace {

constexpr std::string_view kSeparator = "  ";

/// "78,900 images/s"; nothing for what is no rate.
std::string rate_text(double images_per_second) {
  if (!(images_per_second >= 0 && images_per_second < 1e15)) return "";
  const std::string digits = fmt::format("{}", std::llround(images_per_second));
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped + " images/s";
}

/// "0:05 left", "1:02:03 left"; nothing for what is no time, or more than 1000 hours.
std::string time_text(double seconds) {
  if (!(seconds >= 0 && seconds < 3.6e6)) return "";
  const std::int64_t s = std::llround(seconds);
  if (s < 3600) return fmt::format("{}:{:02} left", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02} left", s / 3600, s / 60 % 60, s % 60);
}

/// The part of the run that is done, 0 to 1.
double done(const Progress& p) {
  if (p.epochs < 1 || p.steps < 1) return 0;
  const double epochs =
      static_cast<double>(p.epoch - 1) + static_cast<double>(p.step) / static_cast<double>(p.steps);
  return std::clamp(epochs / static_cast<double>(p.epochs), 0.0, 1.0);
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

/// A line filled to `fraction`, in halves of a character, or in letters.
std::string bar(double fraction, int columns, bool color, bool letters) {
  const int halves = static_cast<int>(fraction * 2 * columns);
  std::string full = repeated(letters ? "=" : "━", halves / 2);
  if (halves % 2 == 1) full += letters ? "-" : "╸";
  const std::string rest = repeated(letters ? "." : "─", columns - (halves + 1) / 2);
  return color ? fmt::format("\x1b[36m{}\x1b[39m\x1b[2m{}\x1b[22m", full, rest) : full + rest;
}

/// "0.772 ± 0.008"
std::string with_margin(double value, const std::optional<double>& margin) {
  return margin ? fmt::format("{:.3f} ± {:.3f}", value, *margin) : fmt::format("{:.3f}", value);
}

}  // namespace

std::string progress_line(const Progress& progress, int columns, bool color,
                          std::optional<Glyphs> glyphs) {
  enum Part { kEpoch, kPercent, kRate, kLoss, kMetric, kTest, kTime, kParts };
  const bool letters = glyphs == Glyphs::kAscii || glyphs == Glyphs::kBlock;
  std::array<std::string, kParts> parts;
  parts[kEpoch] = fmt::format("epoch {}/{}", progress.epoch, progress.epochs);
  parts[kPercent] = fmt::format("{:>3}%", static_cast<int>(100 * done(progress)));
  parts[kRate] = rate_text(progress.images_per_second);
  parts[kLoss] = fmt::format("loss {:.3f}", progress.loss);
  parts[kMetric] = fmt::format("{} {:.3f}", progress.metric_name, progress.metric);
  if (progress.test_metric) {
    const auto margin = letters ? std::nullopt : progress.test_margin;
    parts[kTest] =
        fmt::format("test {} {}", progress.metric_name, with_margin(*progress.test_metric, margin));
  }
  parts[kTime] = time_text(progress.seconds_left);

  const auto joined = [&parts](std::string_view after_epoch) {
    std::string line = parts[kEpoch];
    if (!after_epoch.empty()) line.append(kSeparator).append(after_epoch);
    for (std::size_t i = kEpoch + 1; i < kParts; ++i) {
      if (!parts[i].empty()) line.append(kSeparator).append(parts[i]);
    }
    return line;
  };
  for (const Part least : {kRate, kPercent, kTime, kMetric, kTest}) {
    if (terminal_width(joined("")) <= columns) break;
    parts[least].clear();
  }
  const int room = columns - terminal_width(joined("")) - static_cast<int>(kSeparator.size());
  if (constexpr int kShortest = 5; room < kShortest) {
    return std::string(cut_to_width(joined(""), columns));
  }
  constexpr int kLongest = 30;
  return joined(bar(done(progress), std::min(room, kLongest), color, letters));
}

std::string epoch_line(const EpochResult& result) {
  std::string line =
      fmt::format("epoch {}/{}  loss {:.3f}", result.epoch, result.epochs, result.loss);
  const auto add = [&](std::string_view set, const std::optional<double>& value,
                       const std::optional<double>& margin = {}) {
    if (value)
      line += fmt::format("  {} {} {}", set, result.metric_name, with_margin(*value, margin));
  };
  add("train", result.train_metric);
  add("test", result.test_metric, result.test_margin);
  add("holdout", result.holdout_metric);
  const std::string rate = rate_text(result.images_per_second);
  return rate.empty() ? line : line.append(kSeparator).append(rate);
}

}  // namespace lenet
