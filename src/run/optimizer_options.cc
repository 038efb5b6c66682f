#include "run/optimizer_options.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/require.h"
#include "run/option_checks.h"
#include "run/run_options.h"

namespace lenet {
namespace {

/// The optimizers that read a constant.
template <bool OptimizerEntry::*reads>
OptionReader with_optimizer() {
  std::vector<std::string> words;
  for (const OptimizerEntry& entry : kOptimizerEntries) {
    if (entry.*reads) words.emplace_back(entry.word);
  }
  return {"optimizer", choice_of(words), [](const RunOptions& o) {
            const auto* entry =
                std::ranges::find(kOptimizerEntries, o.fit.optimizer.kind, &OptimizerEntry::kind);
            if (entry == std::end(kOptimizerEntries)) unknown("optimizer");
            return entry->*reads;
          }};
}

template <Schedule::Kind kind>
bool has_schedule(const RunOptions& o) {
  return o.fit.schedule.kind == kind;
}

const OptionReader kMovedOn = with_optimizer<&OptimizerEntry::momentum>();
const OptionReader kWithNesterov = with_optimizer<&OptimizerEntry::nesterov>();
const OptionReader kWithDampening = with_optimizer<&OptimizerEntry::dampening>();
const OptionReader kWithAlpha = with_optimizer<&OptimizerEntry::alpha>();
const OptionReader kWithBetas = with_optimizer<&OptimizerEntry::betas>();
const OptionReader kWithEps = with_optimizer<&OptimizerEntry::eps>();
const OptionReader kWithMomentum = {
    "momentum", "above 0", [](const RunOptions& o) { return o.fit.optimizer.momentum != 0; }};
const OptionReader kWithStep = {"schedule", "step", has_schedule<Schedule::Kind::kStep>};
const OptionReader kWithCosine = {"schedule", "cosine", has_schedule<Schedule::Kind::kCosine>};
const OptionReader kWithOneCycle = {"schedule", "onecycle",
                                    has_schedule<Schedule::Kind::kOneCycle>};

}  // namespace

std::vector<RunOption> optimizer_options(RunOptions& o) {
  constexpr const char* kGroup = "Optimisation";
  return {{.name = "optimizer",
           .group = kGroup,
           .member = "fit.optimizer.kind",
           .value = value_of_word(kOptimizers, &o.fit.optimizer.kind),
           .help = choice_of(words_of(kOptimizers)),
           .check = one_of(words_of(kOptimizers))},
          {.name = "momentum",
           .group = kGroup,
           LENET_AT(fit.optimizer.momentum),
           .help = "SGD's, RMSprop's or Muon's momentum; Muon wants 0.95 or so",
           .check = finite_number(),
           .readers = {kMovedOn}},
          {.name = "dampening",
           .group = kGroup,
           LENET_AT(fit.optimizer.dampening),
           .help = "SGD's dampening of the momentum",
           .check = finite_number(),
           .readers = {kWithDampening, kWithMomentum}},
          {.name = "nesterov",
           .group = kGroup,
           LENET_AT(fit.optimizer.nesterov),
           .help = "SGD or Muon with Nesterov's momentum",
           .readers = {kWithNesterov}},
          {.name = "weight-decay",
           .group = kGroup,
           LENET_AT(fit.optimizer.weight_decay),
           .help = "L2 penalty; AdamW's, Lion's and Muon's decoupled decay",
           .check = finite_number()},
          {.name = "betas",
           .group = kGroup,
           .member = "fit.optimizer.beta1, beta2",
           .value = value_of_two(&o.fit.optimizer.beta1, &o.fit.optimizer.beta2),
           .help = "Adam's two decays, those of Muon's AdamW, or Lion's: 0.9,0.99 by its authors",
           .check = finite_number(),
           .commas = true,
           .readers = {kWithBetas}},
          {.name = "eps",
           .group = kGroup,
           LENET_AT(fit.optimizer.eps),
           .help = "Adam's or RMSprop's eps",
           .check = finite_number(),
           .readers = {kWithEps}},
          {.name = "alpha",
           .group = kGroup,
           LENET_AT(fit.optimizer.alpha),
           .help = "RMSprop's decay of the mean of squares",
           .check = finite_number(),
           .if_set = true,
           .readers = {kWithAlpha}},
          {.name = "clip-norm",
           .group = kGroup,
           LENET_AT(fit.clip_norm),
           .help = "Largest norm of the gradient; 0: any",
           .check = finite_number()},
          {.name = "ema",
           .group = kGroup,
           LENET_AT(fit.ema_decay),
           .help = "Decay of averaged weights, kept beside the others; 0: none",
           .check = finite_number()},
          {.name = "on-nan",
           .group = "Run",
           .member = "fit.rollbacks",
           .value = value_of_word(kOnNan, &o.fit.rollbacks),
           .help = "When a loss or gradient is not finite: stop, or rollback to the beginning of "
                   "the epoch with half the learning rate, at most five times",
           .check = one_of(words_of(kOnNan))}};
}

std::vector<RunOption> schedule_options(RunOptions& o) {
  constexpr const char* kGroup = "Schedule";
  return {{.name = "schedule",
           .group = kGroup,
           .member = "fit.schedule.kind",
           .value = value_of_word(kSchedules, &o.fit.schedule.kind),
           .help = "constant, step, cosine or onecycle",
           .check = one_of(words_of(kSchedules))},
          {.name = "warmup",
           .group = kGroup,
           LENET_AT(fit.schedule.warmup),
           .help = "Epochs of linear rise before the schedule",
           .check = finite_number()},
          {.name = "step-epochs",
           .group = kGroup,
           LENET_AT(fit.schedule.step_epochs),
           .help = "step: epochs between two factors",
           .check = finite_number(),
           .readers = {kWithStep}},
          {.name = "gamma",
           .group = kGroup,
           LENET_AT(fit.schedule.gamma),
           .help = "step: the factor",
           .check = finite_number(),
           .readers = {kWithStep}},
          {.name = "min-lr",
           .group = kGroup,
           LENET_AT(fit.schedule.min_lr),
           .help = "cosine: the last rate",
           .check = finite_number(),
           .readers = {kWithCosine}},
          {.name = "pct-start",
           .group = kGroup,
           LENET_AT(fit.schedule.pct_start),
           .help = "onecycle: share of the steps that rise",
           .check = finite_number(),
           .readers = {kWithOneCycle}},
          {.name = "div-factor",
           .group = kGroup,
           LENET_AT(fit.schedule.div_factor),
           .help = "onecycle: full rate over first rate",
           .check = finite_number(),
           .readers = {kWithOneCycle}},
          {.name = "final-div-factor",
           .group = kGroup,
           LENET_AT(fit.schedule.final_div_factor),
           .help = "onecycle: first rate over last",
           .check = finite_number(),
           .readers = {kWithOneCycle}},
          {.name = "anneal",
           .group = kGroup,
           .member = "fit.schedule.anneal",
           .value = value_of_word(kAnneals, &o.fit.schedule.anneal),
           .help = "onecycle: cos or linear",
           .check = one_of(words_of(kAnneals)),
           .readers = {kWithOneCycle}}};
}

}  // namespace lenet
