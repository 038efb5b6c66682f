// Entries of the table of options that other commands have too.
#pragma once

#include <string>
#include <vector>

#include "run/option_table.h"

namespace lenet {

/// Those of a data set alone. `otherwise` is the data without --data.
std::vector<RunOption> data_table(DataOptions& o, const std::string& otherwise);

RunOption weights_by_option(WeightsBy* value);
RunOption threads_option(int* value);
RunOption device_option(std::string* value);

}  // namespace lenet
