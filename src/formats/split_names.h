// Several data sets in one folder, told apart by the words of their files' names: EMNIST's
// balanced, letters and so on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/load_data.h"

namespace lenet {

/// The words of a file's name that say neither which subset it is nor what is in it:
/// emnist-balanced-train-images-idx3-ubyte.gz has emnist and balanced.
std::vector<std::string> split_words(std::string_view name);

/// Those of `files`, which lie in `dir`, that `split` names: whose words are the split's or, if
/// none has just these, that have them all. All files for "". Throws Error (kUsage), which lists
/// the splits, if there are none.
std::vector<std::filesystem::path> files_of_split(std::vector<std::filesystem::path> files,
                                                  const std::string& split,
                                                  const std::filesystem::path& dir);

/// "choose one of its splits, as in --split balanced: balanced, letters"; "" where the names tell
/// no splits apart.
std::string split_advice(const std::vector<std::filesystem::path>& files);

/// Of two files that are used together each may have a word that the other has not (numbers do not
/// count). Throws Error (kUsage) if they share another, as emnist-balanced-train and
/// emnist-letters-test do: these are two splits. A note of any other pair.
void require_one_split(const std::filesystem::path& train, const std::filesystem::path& other,
                       const Note& note);

/// A note that --transpose is wanted where a name says EMNIST.
void note_emnist(const std::vector<std::filesystem::path>& files, const LoadOptions& options);

}  // namespace lenet
