#include "lenet/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/require.h"

namespace lenet {
namespace {

/// From a at part = 0 to b at part = 1.
double annealed(Schedule::Anneal anneal, double a, double b, double part) {
  switch (anneal) {
    case Schedule::Anneal::kLinear:
      return a + (b - a) * part;
    case Schedule::Anneal::kCosine:
      return b + (a - b) / 2 * (1 + std::cos(std::numbers::pi * part));
  }
  unknown("way to anneal");
}

double one_cycle(const Schedule& s, double lr, double step, double total) {
  const double top = s.pct_start * total - 1;  // the step of the full rate
  const double first = lr / s.div_factor;
  if (step <= top) return annealed(s.anneal, first, lr, top > 0 ? step / top : 1);
  const double part = (step - top) / (total - 1 - top);
  return annealed(s.anneal, lr, first / s.final_div_factor, std::min(part, 1.0));
}

double warmup_steps(const Schedule& s, const StepCount& steps) {
  return std::round(s.warmup * static_cast<double>(steps.epoch));
}

}  // namespace

void check(const Schedule& s, const StepCount& steps) {
  require(s.warmup >= 0 && std::isfinite(s.warmup),
          fmt::format("warm-up: {} epochs, want 0 or more", s.warmup));
  require(warmup_steps(s, steps) <= static_cast<double>(steps.total),
          fmt::format("warm-up: {} epochs, want no more than the run's {}", s.warmup,
                      static_cast<double>(steps.total) / static_cast<double>(steps.epoch)));
  require(s.step_epochs > 0 && std::isfinite(s.step_epochs),
          fmt::format("step schedule: every {} epochs, want a number above 0", s.step_epochs));
  require(s.gamma > 0 && s.gamma <= 1, fmt::format("gamma: {}, want above 0, at most 1", s.gamma));
  require(s.min_lr >= 0 && std::isfinite(s.min_lr),
          fmt::format("least learning rate: {}, want 0 or more", s.min_lr));
  require(s.pct_start > 0 && s.pct_start < 1,
          fmt::format("one-cycle's rise: {} of the steps, want between 0 and 1", s.pct_start));
  require(s.div_factor >= 1 && s.final_div_factor >= 1,
          fmt::format("one-cycle's factors: {} and {}, want 1 or more", s.div_factor,
                      s.final_div_factor));
}

double learning_rate(const Schedule& s, double lr, std::int64_t step, const StepCount& steps) {
  const double warmup = warmup_steps(s, steps);
  double at = static_cast<double>(step);
  if (at < warmup) return lr * (at + 1) / warmup;
  at -= warmup;
  const double total = static_cast<double>(steps.total) - warmup;
  switch (s.kind) {
    case Schedule::Kind::kConstant:
      return lr;
    case Schedule::Kind::kStep: {
      const double period =
          std::max(1.0, std::round(s.step_epochs * static_cast<double>(steps.epoch)));
      return lr * std::pow(s.gamma, std::floor(at / period));
    }
    case Schedule::Kind::kCosine:
      return annealed(Schedule::Anneal::kCosine, lr, std::min(s.min_lr, lr), at / total);
    case Schedule::Kind::kOneCycle:
      return one_cycle(s, lr, at, total);
  }
  unknown("schedule");
}

}  // namespace lenet
