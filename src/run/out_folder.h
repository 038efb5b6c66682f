// The folder that a command writes into: what it holds already, and its making.
#pragma once

#include <filesystem>

namespace lenet {

/// The files of a run: one that grows, and those written whole.
inline constexpr const char* kMetricsFile = "metrics.jsonl";
inline constexpr const char* kWholeFiles[] = {
    "run.json",   "model.safetensors",      "model_ema.safetensors",
    "curves.svg", "checkpoint.safetensors", "checkpoint.previous.safetensors"};

/// What the names of TensorBoard's files begin with.
inline constexpr const char* kEventFiles = "events.out.tfevents.";

/// The plan of a sweep.
inline constexpr const char* kSweepFile = "sweep.json";

bool holds_run(const std::filesystem::path& folder);
bool holds_sweep(const std::filesystem::path& folder);

/// The first of the path and the folders above it that is there.
std::filesystem::path existing_part(std::filesystem::path path);

/// Creates the folder and those above it. Throws Error (kIo), also if it cannot be written.
void create_folder(const std::filesystem::path& path);

/// A folder that is removed again at the end of the scope, with those above it that were created
/// here, as far as they are empty.
class NewFolder {
 public:
  explicit NewFolder(std::filesystem::path path);  ///< As create_folder().
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

 private:
  std::filesystem::path path_, was_there_;
};

}  // namespace lenet
