// A built network as stages: its nodes, with the functions behind them merged in. What the
// executors that train are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/frozen.h"
#include "nn/graph.h"

namespace lenet {

/// A node and the function that is applied to its output in place.
struct Stage {
  Node node;
  std::vector<std::int64_t>
      sources;                    ///< the stages whose outputs it reads; -1: the network's input
  std::int64_t number = 0;        ///< in the order of the text, by which Dropout draws
  Function activation = {};       ///< of the output; its value tells its derivative
  bool trains = true;             ///< has a parameter that is not frozen
  bool fixed_statistics = false;  ///< a BatchNorm whose statistics are frozen
};

/// Which values of a graph are there in the end.
enum class Values {
  kAsNeeded,  ///< what lies behind the last stage alone
  kAll,       ///< each node's
};

/// The stages of a graph, in order. Flatten makes none: it changes no memory. A function is merged
/// into the stage that it reads if nothing else reads that and its value tells its derivative. The
/// last one keeps a stage of its own: the loss wants its value beside the gradient; so do all where
/// all values are wanted.
std::vector<Stage> stages_of(const Graph& graph, const Frozen& frozen,
                             Values values = Values::kAsNeeded);

/// The first stage with a parameter to train, where the way back ends; all of them if none has.
std::size_t first_trained(const std::vector<Stage>& stages);

}  // namespace lenet
