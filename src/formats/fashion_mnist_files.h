// The four files of Fashion-MNIST: what they hold, where they are looked for, fetching them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "lenet/fashion_mnist.h"

namespace lenet {

struct FashionMnistFile {
  std::string_view name;    ///< without .gz
  std::int64_t size;        ///< bytes, unpacked
  std::string_view sha256;  ///< of the unpacked bytes: the .gz differ from mirror to mirror
};

inline constexpr FashionMnistFile kFashionMnistTrainLabels = {
    "train-labels-idx1-ubyte", 60'008,
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"};

inline constexpr std::array<FashionMnistFile, 4> kFashionMnistFiles = {{
    {"train-images-idx3-ubyte", 47'040'016,
     "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
    kFashionMnistTrainLabels,
    {"t10k-images-idx3-ubyte", 7'840'016,
     "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
    {"t10k-labels-idx1-ubyte", 10'008,
     "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
}};

struct FashionMnistPlaces {
  std::vector<std::filesystem::path> shared;  ///< looked in first, never written
  std::filesystem::path cache;                ///< looked in last, downloaded into; may be empty
};

/// Debian's folder, and the cache under $XDG_CACHE_HOME or $HOME/.cache.
FashionMnistPlaces standard_places();

/// The first of the places that holds all four files; if none does, the cache once the missing
/// files were downloaded. Throws Error as load_data_fashion_mnist says.
std::filesystem::path find_or_download(const FashionMnistPlaces& places,
                                       const FashionMnistOptions& options);

}  // namespace lenet
