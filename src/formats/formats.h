// The readers of the formats that load_data() tells apart, one file each.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/part.h"
#include "lenet/load_data.h"

namespace lenet {

/// The most that a file of one of these formats may hold, packed or unpacked: 4 GiB.
inline constexpr std::int64_t kMostDataBytes = 0xffffffff;

/// The regular files of a folder whose names do not start with a dot, sorted. Throws Error (kIo).
std::vector<std::filesystem::path> visible_files(const std::filesystem::path& dir);

/// Its folders, likewise.
std::vector<std::filesystem::path> visible_folders(const std::filesystem::path& dir);

/// Whether it holds folders of image files, one a class, itself or in train/.
bool is_image_folder(const std::filesystem::path& dir);
std::pair<Dataset, Dataset> load_image_folder(const std::filesystem::path& dir,
                                              const LoadOptions& options);

/// Whether the folder holds an IDX file, gzipped or not, under any name.
bool is_idx_folder(const std::filesystem::path& dir);
std::pair<Dataset, Dataset> load_idx(const std::filesystem::path& dir, const LoadOptions& options);

bool is_cifar_folder(const std::filesystem::path& dir);
std::pair<Dataset, Dataset> load_cifar(const std::filesystem::path& dir,
                                       const LoadOptions& options);

/// The records of a batch, whose `name` messages start with: `label_bytes` of which the last is the
/// label, then the pixels. Throws Error (kBadInput) for a part of a record.
Part parse_cifar(std::string_view bytes, std::int64_t label_bytes, const std::string& name);

/// Whether its ending is .csv or .tsv, in small or capital letters.
bool is_csv_name(const std::filesystem::path& path);

/// The training and test rows: of one file, or of a folder's files by the words of their names.
std::pair<Dataset, Dataset> load_csv(const std::filesystem::path& path, const LoadOptions& options);

/// The rows of a CSV file, whose `name` messages start with, by size, targets, numbers and floats
/// of the options. A row is a line; a header is row 1. A note says where the label may stand in
/// another column than the one taken.
Part parse_csv(std::string_view bytes, const LoadOptions& how, const std::string& name);

/// Whether the first row names columns, and no label or none of these targets among them.
bool has_unlabelled_header(std::string_view bytes, const std::vector<std::string>& targets);

std::pair<Dataset, Dataset> load_npz(const std::filesystem::path& path, const LoadOptions& options);

/// The same from memory.
std::pair<Dataset, Dataset> parse_npz(std::string_view bytes, const LoadOptions& options,
                                      const std::string& name);

/// Whether it is a folder with a .npy file of images, as its name tells. The others lie beside it.
bool is_npy_folder(const std::filesystem::path& dir);
std::pair<Dataset, Dataset> load_npy_folder(const std::filesystem::path& dir,
                                            const LoadOptions& options);

}  // namespace lenet
