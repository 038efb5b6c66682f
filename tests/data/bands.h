// A data set that a linear network learns in milliseconds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "data/test_files.h"

namespace lenet {

/// Images of 12x12 whose bright third (upper, middle, lower) is their class: a linear network tells
/// them apart. Image i is of class i % 3.
struct Bands {
  std::string images, labels;
};

inline Bands make_bands(std::uint32_t count) {
  std::string pixels = noise(std::size_t{count} * 12 * 12), labels;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t image = i / 144, third = i % 144 / 48;
    const int dark = static_cast<unsigned char>(pixels[i]) / 4;
    pixels[i] = static_cast<char>(third == image % 3 ? dark + 190 : dark);
  }
  for (std::uint32_t i = 0; i < count; ++i) labels += static_cast<char>(i % 3);
  return {image_file(count, 12, 12, pixels), label_file(labels)};
}

/// 300 + 100 of them, in a folder of its own.
inline void write_bands(const std::filesystem::path& folder) {
  const Bands train = make_bands(300), test = make_bands(100);
  std::filesystem::create_directory(folder);
  write_file(folder / "train-images-idx3-ubyte", train.images);
  write_file(folder / "train-labels-idx1-ubyte", train.labels);
  write_file(folder / "t10k-images-idx3-ubyte", test.images);
  write_file(folder / "t10k-labels-idx1-ubyte", test.labels);
}

}  // namespace lenet
