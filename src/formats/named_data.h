// Data sets that have a name: where they are looked for, and where they can be had.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lenet {

struct NamedData {
  std::string_view name;        ///< as --data has it: emnist-letters
  std::string_view folder;      ///< of several splits, another that it is looked for in; or empty
  std::string_view split = {};  ///< LoadOptions', for its files in a folder of several
  bool transpose = false;       ///< LoadOptions'
  std::string_view from;        ///< what to get, and where
};

/// The data set of this name; null for any other word.
const NamedData* named_data(std::string_view name);

/// Their names, Fashion-MNIST's first.
std::vector<std::string> data_names();

/// The folder of a data set for all users of the machine, in /usr/share/datasets.
std::filesystem::path shared_folder(std::string_view name);

/// Its folder in the user's cache, under $XDG_CACHE_HOME or $HOME/.cache; empty if there is
/// neither.
std::filesystem::path cache_folder(std::string_view name);

/// The first of its folders that is there: of its own name, then of all splits, each shared, then
/// cached. Throws Error (kIo), with the folders and where the data can be had.
std::filesystem::path find_named_data(const NamedData& data);

}  // namespace lenet
