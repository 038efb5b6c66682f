#include "run/chance_level.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "lenet/trainer.h"
#include "nn/graph.h"

namespace lenet {
namespace {

/// The norm of the gradient by each node's parameters, over the first images.
std::vector<double> gradient_norms(Sequential& net, const Graph& graph, const Dataset& train) {
  std::vector<std::int32_t> some(
      static_cast<std::size_t>(std::min<std::int64_t>(256, train.size())));
  std::iota(some.begin(), some.end(), 0);
  std::vector<float> gradient(net.parameters().size());
  Trainer(net, {.batch_size = std::ssize(some), .threads = 1})
      .gradient(Batch(train, some), gradient);
  std::vector<double> norms;
  for (const Node& node : graph.nodes) {
    double squares = 0;
    for (std::int64_t k = node.parameters.first; k < node.parameters.last; ++k) {
      squares += std::pow(static_cast<double>(gradient[static_cast<std::size_t>(k)]), 2);
    }
    norms.push_back(std::sqrt(squares));
  }
  return norms;
}

/// Within a hundredth of the loss of one who knows only how many classes there are.
bool at_chance(const EpochReport& epoch, std::int64_t classes) {
  const double chance = std::log(static_cast<double>(classes));
  return std::abs(epoch.train_loss - chance) < 0.01 * chance;
}

}  // namespace

std::string ChanceLevel::explain(const EpochReport& epoch) {
  if (!train_.has_classes()) return "";
  epochs_ = at_chance(epoch, train_.classes()) ? epochs_ + 1 : 0;
  if (epochs_ < 2 || explained_) return "";
  explained_ = true;
  return explanation(epoch.train_loss);
}

std::string ChanceLevel::explanation(double loss) const {
  std::string text = fmt::format(
      "the loss has stayed at {:.3f}, that is ln({}), for two epochs: chance level, the network "
      "says the same of every image. The gradients that reach its layers have these norms:\n",
      loss, train_.classes());
  const Graph graph = graph_of(net_);
  const std::vector<double> norms = gradient_norms(net_, graph, train_);
  bool sigmoid = false;
  for (const Node& node : graph.nodes) {
    const std::string layer = node.layer->text();
    sigmoid = sigmoid || layer == "Sigmoid";
    const double norm = norms[static_cast<std::size_t>(node.index)];
    if (norm > 0) text += fmt::format("  {:>3}  {:<24}  {:.1e}\n", node.path, layer, norm);
  }
  text += sigmoid
              ? "Each Sigmoid lets through a quarter of it at most, and next to nothing where it "
                "is saturated, so the first layers learn last. Such a plateau may end by itself "
                "after some epochs. If it does not: another --lr, --model lenet-bn or lenet-relu."
              : "If they are near 0 in the first layers, so is what these learn: try another --lr, "
                "BatchNorm behind the layers, or look at the images and labels.";
  return text;
}

}  // namespace lenet
