// A training run as `lenet train` makes it: a folder with its record, checkpoints, curves and
// model, which can go on after it was stopped.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lenet/animator.h"
#include "lenet/device.h"
#include "lenet/export.h"
#include "lenet/fit.h"
#include "lenet/load_data.h"
#include "lenet/model_file.h"

namespace LENET_PUBLIC lenet {

/// The data of a run, and how it is read: load_data()'s, by the words of the command line.
struct DataOptions {
  std::string path;       ///< or the name of a data set; empty: Fashion-MNIST
  std::string size;       ///< "28x28"; empty: as the files say
  double test_split = 0;  ///< LoadOptions', as the next three
  std::string split;
  bool transpose = false;
  bool skip_broken = false;
  std::string targets;  ///< LoadOptions', with commas between them
  bool floats = false;  ///< LoadOptions'
};

/// All that decides what a run does, as `lenet train` can be given it. docs/options.md has each
/// with its name on the command line, its default and what reads it.
struct RunOptions {
  DataOptions data;
  std::optional<std::string> model;  ///< preset, file or model text; else the network of `weights`,
                                     ///< else "lenet"
  std::string weights;               ///< a saved model or a run's folder to start from
  WeightsBy weights_by = WeightsBy::kName;
  bool new_head = false;          ///< a new last Linear in place of that of `weights`
  std::string teacher;            ///< a saved model or a run's folder, fit.distillation's teacher
  std::string device = "auto";    ///< "auto", "cpu", "cuda" or "cuda:INDEX"; fit.device follows it
  FitOptions fit;                 ///< the callbacks are called beside the run's own
  bool lower_batch_size = false;  ///< to the number of training images, where these are fewer
};

/// Called with a file's name, the bytes so far and their total (0 while unknown).
using DownloadProgress =
    std::function<void(std::string_view name, std::int64_t bytes, std::int64_t total)>;

/// A run that is about to begin, or to go on.
struct RunStart {
  std::filesystem::path folder;
  const std::string& record;  ///< run.json as it is now
  const Sequential& net;
  std::shared_ptr<const Dataset> test;  ///< may be kept beyond the run's end
  const std::vector<FitPoint>& before;  ///< of a run that goes on, its points so far
  FitOptions& fit;                      ///< whose callbacks may still be set, beside those there
};

/// Where a run writes, and whom it asks and tells. Nothing of it changes the result.
struct RunSettings {
  std::filesystem::path out = {};  ///< empty: runs/<UTC time>-<model>, and runs/latest points there
  std::string name = {};           ///< "name" of run.json; empty: one that goes on keeps its own
  std::string remark = {};         ///< "note", in the same way
  bool force = false;              ///< take a folder that holds a run already
  std::string checkpoint_every = "1epoch";  ///< or "200steps", "10min"
  bool stop_on_write_error = false;         ///< of a checkpoint; else the next save tries again
  bool tensorboard = false;                 ///< write events.out.tfevents... into the folder too
  std::FILE* figure = stderr;               ///< where the live figure is drawn; null: nowhere
  TerminalPlot plot = TerminalPlot::kAuto;  ///< and of what

  std::function<bool()> stop = {};  ///< asked between two steps: whether to save and stop
  std::function<bool()> save = {};  ///< the same: whether to save

  std::function<void(RunStart&)> follow = {};  ///< called once, before the first step
  Note started = {};  ///< "training on 2 threads": one or two lines before the first step
  Note note = {};     ///< a sentence on what is doubtful, or worth knowing
  Note ended = {};    ///< "written to runs/latest": the last line
  ReadingProgress reading = {};
  DownloadProgress download = {};
};

/// What became of a run.
struct TrainedRun {
  Report report;  ///< stopped: `stop` ended it, and resume_run() goes on
  Device device;
  std::filesystem::path folder;
  std::string result;  ///< of a run that was not stopped: "result" of run.json, as JSON
};

/// Trains and writes the folder of the run. Throws Error: kUsage for options out of range, and what
/// data, weights, fit() and the writing of files throw.
TrainedRun train_run(const RunOptions& options, const RunSettings& settings = {});

/// Options by their names on the command line, as {"epochs", "20"}.
using OptionTexts = std::vector<std::pair<std::string, std::string>>;

/// Goes on with the run of this folder from its newest whole checkpoint, with its own options but
/// for the `changes`. The end has the bits of a run that never stopped, unless something changed.
/// Of a run that was finished it gives the result. settings.out and force count for nothing. Throws
/// Error: kUsage for a change that a run cannot make in its midst, kIo and kBadInput for a folder
/// without a checkpoint that is whole, and what train_run() throws.
TrainedRun resume_run(const std::filesystem::path& folder, const RunSettings& settings = {},
                      const OptionTexts& changes = {});

/// Whether the folder holds a checkpoint, so that resume_run() can go on from there.
bool has_checkpoint(const std::filesystem::path& folder);

/// The options of a recipe: "chapter", "fast", "good" or "best". Throws Error (kUsage).
RunOptions recipe_options(const std::string& name);

/// The options in a JSON file of options, or in the run.json of a run. Throws Error: kIo,
/// kBadInput, kUsage for one that is none or out of range.
RunOptions read_run_options(const std::filesystem::path& file);

}  // namespace lenet
