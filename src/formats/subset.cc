#include "formats/subset.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"

namespace lenet {
namespace {

bool is_word_character(unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; }

}  // namespace

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool inside = false, small = false;  // of a word, and behind a small letter of it
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool capital = std::isupper(byte) != 0;
    if (!is_word_character(byte)) {
      inside = false;
      continue;
    }
    if (!inside || (capital && small)) words.emplace_back();
    words.back() += lower_case(c);
    inside = true;
    small = std::islower(byte) != 0;
  }
  return words;
}

std::optional<Subset> subset_of_word(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Subset>, 8> kWords = {{
      {"train", Subset::kTrain},
      {"training", Subset::kTrain},
      {"val", Subset::kValidation},
      {"valid", Subset::kValidation},
      {"validation", Subset::kValidation},
      {"test", Subset::kTest},
      {"testing", Subset::kTest},
      {"t10k", Subset::kTest},
  }};
  const auto found = std::ranges::find(kWords, word, [](const auto& w) { return w.first; });
  if (found == kWords.end()) return std::nullopt;
  return found->second;
}

std::optional<Subset> subset_of(const std::vector<std::string>& words) {
  std::optional<Subset> subset;
  for (const std::string& word : words) {
    const std::optional<Subset> named = subset_of_word(word);
    if (!named || named == subset) continue;
    if (subset) return std::nullopt;
    subset = named;
  }
  return subset;
}

bool judges_validation(const std::string& validation, bool has_test, const Note& note) {
  if (note) {
    note(validation + (has_test ? ": not used, as there is a test set"
                                : ": the test set, as there is no other"));
  }
  return !has_test;
}

void note_unused(const std::vector<std::filesystem::path>& files, const LoadOptions& options) {
  if (!options.note) return;
  for (const std::filesystem::path& file : files) {
    options.note(file.string() + ": not used, as its name has neither train nor test");
  }
}

}  // namespace lenet
