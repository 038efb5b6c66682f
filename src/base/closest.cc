#include "base/closest.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/text.h"

namespace lenet {
namespace {

/// Levenshtein's distance, a row of the table at a time: before[j] of a's letters so far to the
/// first j of b.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), now(b.size() + 1);
  std::iota(before.begin(), before.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    now[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = lower_case(a[i]) == lower_case(b[j]) ? 0 : 1;
      now[j + 1] = std::min({before[j] + change, before[j + 1] + 1, now[j] + 1});
    }
    before.swap(now);
  }
  return before.back();
}

}  // namespace

std::string closest(std::string_view word, std::span<const std::string> words) {
  std::size_t fewest = std::min<std::size_t>(2, word.size() / 3) + 1;
  std::string found;
  for (const std::string& other : words) {
    const std::size_t changes = distance(word, other);
    if (changes < fewest) fewest = changes, found = other;
  }
  return found;
}

}  // namespace lenet
