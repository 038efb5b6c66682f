// Options that several commands share, each declared once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "lenet/dataset.h"
#include "lenet/load_data.h"

namespace lenet::cli {

/// --data's word for Fashion-MNIST.
inline constexpr const char* kFashionMnist = "fashion-mnist";

/// --data, how it is read, --threads, --device and --json, as far as a command takes them.
struct CommonOptions {
  std::string data;
  std::string size;       ///< "28x28"; empty: as the files say
  double test_split = 0;  ///< LoadOptions', as the next three
  std::string split;
  bool transpose = false;
  bool skip_broken = false;
  int threads = 0;
  std::string device = "auto";
  bool json = false;
};

/// --data and how it is read. `otherwise` is the data without --data.
void add_data(const Command& command, CommonOptions& options, const std::string& otherwise);
/// How data is read (--size, --test-split, --split, --transpose, --skip-broken) alone, where it is
/// named otherwise.
void add_data_options(const Command& command, CommonOptions& options);
void add_threads(const Command& command, CommonOptions& options);
void add_device(const Command& command, CommonOptions& options);
void add_json(const Command& command, CommonOptions& options);

/// The most that --epochs, --max-steps and --batch-size take.
inline constexpr std::uint64_t kMostCount = 1'000'000'000;

/// Accepts decimal digits for a number within these limits. CLI11 alone would take 010 for 8 and -1
/// for 2^64 - 1.
Check whole_number(std::uint64_t least, std::uint64_t most);

/// Accepts a float above 0 that is finite.
Check positive_float();

/// Accepts a finite number.
Check finite_number();

/// Accepts a part of the whole: 0, for none, to below 1.
Check share();

/// Accepts one of these words.
Check one_of(std::vector<std::string> words);

/// Accepts "28x28" and "": a size as --size takes it.
Check image_size();

/// Refuses "", as of a shell variable that is not set, and an option: CLI11 takes "--out= --json"
/// for the folder "--json".
Check given_path();

/// Throws Error (kUsage) if `out` is the file `in`, which it would replace.
void require_other_file(const std::string& out, const std::filesystem::path& in);

/// The training and the test set that --data names, with a line of progress on stderr while they
/// are downloaded. `how`: but for what the options say. Throws Error.
std::pair<Dataset, Dataset> load_data(const CommonOptions& options, LoadOptions how = {});

/// Whether it names Fashion-MNIST's classes, as that has by its SHA-256.
bool is_fashion_mnist(const Dataset& train);

/// Whether any option says how the data is read.
bool says_how_to_read(const CommonOptions& options);

/// Whether they say otherwise how the data is read.
bool read_otherwise(const CommonOptions& a, const CommonOptions& b);

/// `given`, with what `record` says where it says nothing on how the data is read.
CommonOptions read_as(const CommonOptions& record, CommonOptions given);

/// Whether --data is the name of a data set, as mnist is, and no path of that name is there.
bool is_named_data(const CommonOptions& options);

/// What --data names as a path; "" for Fashion-MNIST.
std::string data_path(const CommonOptions& options);

}  // namespace lenet::cli
