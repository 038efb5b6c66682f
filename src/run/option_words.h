// The words of options that name one of several things, each list in one place.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/animator.h"
#include "lenet/error.h"
#include "lenet/fit.h"
#include "lenet/model_file.h"
#include "lenet/schedule.h"
#include "train/optimizer_rules.h"

namespace lenet {

template <class T>
struct Word {
  const char* word;
  T value;
};

struct OptimizerWords {
  Word<Optimizer::Kind> all[std::size(kOptimizerEntries)];
};

constexpr OptimizerWords optimizer_words() {
  OptimizerWords words = {};
  for (std::size_t i = 0; i < std::size(kOptimizerEntries); ++i) {
    words.all[i] = {kOptimizerEntries[i].word, kOptimizerEntries[i].kind};
  }
  return words;
}

inline constexpr OptimizerWords kOptimizerWords = optimizer_words();
inline constexpr const auto& kOptimizers = kOptimizerWords.all;

inline constexpr Word<Schedule::Kind> kSchedules[] = {{"constant", Schedule::Kind::kConstant},
                                                      {"step", Schedule::Kind::kStep},
                                                      {"cosine", Schedule::Kind::kCosine},
                                                      {"onecycle", Schedule::Kind::kOneCycle}};

inline constexpr Word<Schedule::Anneal> kAnneals[] = {{"cos", Schedule::Anneal::kCosine},
                                                      {"linear", Schedule::Anneal::kLinear}};

inline constexpr Word<Sampling> kSamplings[] = {{"each", Sampling::kEach},
                                                {"balanced", Sampling::kBalanced}};

constexpr Word<LossFunction> word_of(LossFunction loss) { return {to_string(loss), loss}; }
inline constexpr Word<LossFunction> kLosses[] = {
    word_of(LossFunction::kCrossEntropy), word_of(LossFunction::kBce), word_of(LossFunction::kMse),
    word_of(LossFunction::kL1)};

/// Which tensor of a file of weights goes to which layer.
inline constexpr Word<WeightsBy> kWeightsBy[] = {{"name", WeightsBy::kName},
                                                 {"order", WeightsBy::kOrder}};

inline constexpr Word<TerminalPlot> kPlots[] = {{"auto", TerminalPlot::kAuto},
                                                {"braille", TerminalPlot::kBraille},
                                                {"block", TerminalPlot::kBlock},
                                                {"ascii", TerminalPlot::kAscii},
                                                {"none", TerminalPlot::kNone}};

/// Whether a run stops.
inline constexpr Word<bool> kOnWriteError[] = {{"continue", false}, {"stop", true}};

/// Rollbacks.
inline constexpr Word<std::int64_t> kOnNan[] = {{"stop", 0}, {"rollback", 5}};

template <class T, std::size_t N>
std::vector<std::string> words_of(const Word<T> (&words)[N]) {
  std::vector<std::string> all;
  for (const Word<T>& w : words) all.emplace_back(w.word);
  return all;
}

/// What a word means. Throws Error (kUsage) for a word that is not in the list.
template <class T, std::size_t N>
T meaning_of(const Word<T> (&words)[N], std::string_view word) {
  const auto* found = std::ranges::find(words, word, &Word<T>::word);
  if (found != std::end(words)) return found->value;
  throw Error(ErrorKind::kUsage,
              fmt::format("'{:.60}': want one of {}", word, fmt::join(words_of(words), ", ")));
}

}  // namespace lenet
