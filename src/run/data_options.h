// The data of a run, and how it is read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/load_data.h"
#include "lenet/loss_function.h"
#include "lenet/run.h"
#include "lenet/shape.h"

namespace lenet {

/// --data's word for Fashion-MNIST.
inline constexpr const char* kFashionMnist = "fashion-mnist";

/// "28x28" as {height, width}, "" as {}; nothing for any other text.
std::optional<Shape> parse_size(const std::string& text);
inline constexpr std::int64_t kLargestSide = 16384;

/// What changes no image: threads, and what is told while data is read.
struct LoadSettings {
  int threads = 0;               ///< LoadOptions'
  Note note = {};                ///< LoadOptions'
  ReadingProgress reading = {};  ///< LoadOptions' progress
  DownloadProgress download = {};
};

/// The names that --targets has, between commas.
std::vector<std::string> target_list(const std::string& targets);

/// Whether a loss wants numbers as targets where they could be classes (LoadOptions).
bool wants_numbers(std::optional<LossFunction> loss);

/// The training and the test set that they name. `how`: but for what both say. Throws Error.
std::pair<Dataset, Dataset> load_data(const DataOptions& options, const LoadSettings& settings,
                                      LoadOptions how = {});

/// Whether it names Fashion-MNIST's classes, as that has by its SHA-256.
bool is_fashion_mnist(const Dataset& train);

/// Whether any option says how the data is read.
bool says_how_to_read(const DataOptions& options);

/// Whether they say otherwise how the data is read.
bool read_otherwise(const DataOptions& a, const DataOptions& b);

/// `given`, with what `record` says where it says nothing on how the data is read.
DataOptions read_as(const DataOptions& record, DataOptions given);

/// Whether the path is the name of a data set, as mnist is, and nothing of that name is there.
bool is_named_data(const DataOptions& options);

/// The path; "" for Fashion-MNIST.
std::string data_path(const DataOptions& options);

}  // namespace lenet
