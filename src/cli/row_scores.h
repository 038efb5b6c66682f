// What lenet eval says of outputs that are numbers or labels, column by column.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lenet/loss_function.h"
#include "lenet/targets.h"

namespace lenet::cli {

struct ScoredRows {
  FloatRows outputs, targets;
  LossFunction loss;
  std::vector<std::string> names;  ///< of the columns, where known
};

/// Adds the scores that fit the loss.
void add_scores(const ScoredRows& rows, nlohmann::ordered_json& document);

/// Prints them, of the first columns.
void print_scores(const ScoredRows& rows);

}  // namespace lenet::cli
