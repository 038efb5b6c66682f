// Which subset of a data set a name says it holds, by its words: train-images, Testing, x_val.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/require.h"
#include "lenet/load_data.h"

namespace lenet {

enum class Subset { kTrain, kValidation, kTest };

/// What each subset has.
template <typename T>
struct Subsets {
  T train, validation, test;

  T& operator[](Subset subset) {
    switch (subset) {
      case Subset::kTrain:
        return train;
      case Subset::kValidation:
        return validation;
      case Subset::kTest:
        return test;
    }
    unknown("subset");
  }
};

/// The name in pieces of letters and digits, in lower case, cut where a capital follows a small
/// letter too: "seg_train" has seg and train, "xTrain" x and train, "latest" only itself.
std::vector<std::string> words_of(std::string_view name);

/// The subset that a word stands for, as train, training, val, valid, validation, test, testing and
/// MNIST's t10k do; nothing for other words.
std::optional<Subset> subset_of_word(std::string_view word);

/// The subset that the words name; nothing if none does, or if they name two.
std::optional<Subset> subset_of(const std::vector<std::string>& words);

/// Whether validation data of this name is what is judged, since there is no test set. `note`, if
/// any, is called with a sentence that says what becomes of it.
bool judges_validation(const std::string& validation, bool has_test, const Note& note);

/// A note for each of these files that its name says no subset.
void note_unused(const std::vector<std::filesystem::path>& files, const LoadOptions& options);

}  // namespace lenet
