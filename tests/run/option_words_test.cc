// Lists of words that name one of several things: each word once, and none but these.
#include "run/option_words.h"

#include <gtest/gtest.h>

#include <set>

#include "base/errors.h"
#include "data/test_files.h"

namespace lenet {
namespace {

template <class T, std::size_t N>
void expect_each_once(const Word<T> (&words)[N]) {
  std::set<std::string> names;
  std::set<T> values;
  for (const Word<T>& w : words) {
    names.insert(w.word);
    values.insert(w.value);
    EXPECT_EQ(meaning_of(words, w.word), w.value);
  }
  EXPECT_EQ(names.size(), N);
  EXPECT_EQ(values.size(), N);
}

TEST(OptionWords, MeanOneThingEach) {
  expect_each_once(kOptimizers);
  expect_each_once(kSchedules);
  expect_each_once(kSamplings);
  expect_each_once(kAnneals);
  expect_each_once(kOnNan);
  expect_each_once(kOnWriteError);
}

TEST(OptionWords, ThatAreInNoListAreErrors) {
  for (const char* word : {"", "lions", "adamW", "sgd ", "adamww"}) {
    const std::string message = error_of(ErrorKind::kUsage, [&] { meaning_of(kOptimizers, word); });
    EXPECT_TRUE(contains(message, "want one of sgd, adam, adamw, lion, rmsprop")) << word;
  }
  error_of(ErrorKind::kUsage, [] { meaning_of(kSchedules, "one-cycle"); });
  error_of(ErrorKind::kUsage, [] { meaning_of(kAnneals, "cosine"); });
  error_of(ErrorKind::kUsage, [] { meaning_of(kOnNan, "rollbacks"); });
}

}  // namespace
}  // namespace lenet
