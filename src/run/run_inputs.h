// What a run reads before it trains: the file that its weights start from, and its data.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "lenet/dataset.h"
#include "lenet/model_file.h"
#include "run/run_request.h"

namespace lenet {

struct RunInputs {
  std::optional<Model> start;    ///< read_start()'s, of --weights
  std::string weights_sha256;    ///< of that file; "" without --weights
  std::optional<Model> teacher;  ///< of --teacher, its outputs in the order of the data's classes
  std::string teacher_sha256;    ///< of its file; "" without
  std::pair<Dataset, Dataset> sets;  ///< training and test
  std::string data_sha256;           ///< of them; "" for a run whose record does not say
};

/// Reads what the options name. A file of --weights brings its own data where they name none, and
/// `data` then does. Throws Error: kBadInput where data or weights are not those of the record.
RunInputs read_inputs(const RunRequest& request, DataOptions& data);

}  // namespace lenet
