#include "cli/unread_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "base/require.h"
#include "cli/train_config.h"
#include "lenet/error.h"
#include "run/option_words.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;
using Options = TrainOptions;

/// `option` is read where `by` is as wanted.
struct Reader {
  const char* option;
  const char* by;
  const char* wanted;
  bool (*reads)(const Options&);
};

/// Which constants an optimizer reads.
enum class Rule { kSgd, kAdam };

Rule rule_of(const Options& o) {
  switch (meaning_of(kOptimizers, o.optimizer)) {
    case Optimizer::Kind::kSgd:
      return Rule::kSgd;
    case Optimizer::Kind::kAdam:
    case Optimizer::Kind::kAdamW:
      return Rule::kAdam;
  }
  unknown("optimizer");
}

bool has_schedule(const Options& o, Schedule::Kind kind) {
  return meaning_of(kSchedules, o.schedule) == kind;
}

bool has_weights(const Options& o) { return !o.weights.empty(); }
bool is_sgd(const Options& o) { return rule_of(o) == Rule::kSgd; }
bool is_adam(const Options& o) { return rule_of(o) == Rule::kAdam; }
bool has_momentum(const Options& o) { return o.momentum != 0; }
bool is_step(const Options& o) { return has_schedule(o, Schedule::Kind::kStep); }
bool is_cosine(const Options& o) { return has_schedule(o, Schedule::Kind::kCosine); }
bool is_one_cycle(const Options& o) { return has_schedule(o, Schedule::Kind::kOneCycle); }

constexpr Reader kReaders[] = {{"weights-by", "weights", "a file", has_weights},
                               {"new-head", "weights", "a file", has_weights},
                               {"momentum", "optimizer", "sgd", is_sgd},
                               {"nesterov", "optimizer", "sgd", is_sgd},
                               {"dampening", "optimizer", "sgd", is_sgd},
                               {"dampening", "momentum", "above 0", has_momentum},
                               {"betas", "optimizer", "adam or adamw", is_adam},
                               {"eps", "optimizer", "adam or adamw", is_adam},
                               {"step-epochs", "schedule", "step", is_step},
                               {"gamma", "schedule", "step", is_step},
                               {"min-lr", "schedule", "cosine", is_cosine},
                               {"pct-start", "schedule", "onecycle", is_one_cycle},
                               {"div-factor", "schedule", "onecycle", is_one_cycle},
                               {"final-div-factor", "schedule", "onecycle", is_one_cycle},
                               {"anneal", "schedule", "onecycle", is_one_cycle}};

/// What keeps the option of this key from being read; null if nothing does.
const Reader* missing_reader(const std::string& key, const Options& o) {
  const std::string option = option_name(key);
  const auto* found = std::ranges::find_if(
      kReaders, [&](const Reader& r) { return r.option == option && !r.reads(o); });
  return found == std::end(kReaders) ? nullptr : found;
}

}  // namespace

Json unread(const Json& given, const Options& options) {
  Json left = Json::object();
  for (const auto& [key, value] : given.items()) {
    if (missing_reader(key, options)) left[key] = value;
  }
  return left;
}

void require_read(const Json& given, const Options& options) {
  const Json left = unread(given, options);
  if (left.empty()) return;
  const Reader& reader = *missing_reader(left.begin().key(), options);
  const Json value = options_document(options)[reader.by];
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const std::string found = text.empty() ? fmt::format("without --{}", reader.by)
                                         : fmt::format("with --{} {}", reader.by, text);
  throw Error(ErrorKind::kUsage,
              fmt::format("--{0}: no effect {1}; want --{2} {3}, or leave --{0} out", reader.option,
                          found, reader.by, reader.wanted));
}

}  // namespace lenet::cli
