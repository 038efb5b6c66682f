#include <fmt/format.h>

#include <algorithm>
#include <protozero/exception.hpp>
#include <utility>

#include "base/file.h"
#include "io/data_metadata.h"
#include "io/onnx_external.h"
#include "io/onnx_graph.h"
#include "io/onnx_metadata.h"
#include "io/onnx_readers.h"
#include "io/onnx_values.h"
#include "io/onnx_walk.h"
#include "lenet/error.h"
#include "lenet/onnx.h"

namespace lenet {
namespace {

using namespace onnx;  // NOLINT: what lenet reads of a file

constexpr std::int64_t kMostBytes = (std::int64_t{1} << 31) - 1;  // protobuf's
constexpr std::int64_t kFirstOpset = 7, kLastOpset = 21;

void require_opset(const Graph& graph) {
  if (graph.opset >= kFirstOpset && graph.opset <= kLastOpset) return;
  refuse(
      fmt::format("opset {}, want {} to {} (torch.onnx.export with opset_version=18); is this "
                  "ONNX?",
                  graph.opset, kFirstOpset, kLastOpset));
}

std::string_view find_metadata(const Graph& graph, std::string_view key) {
  const auto found = std::ranges::find(graph.metadata, key, &MetadataEntry::key);
  return found == graph.metadata.end() ? std::string_view() : found->value;
}

/// The network whose model text lenet wrote beside the graph: with Dropout, under its own names.
Sequential named_network(std::string_view text, Sequential&& net) {
  if (text.empty()) return std::move(net);
  try {
    Sequential named = Sequential::parse(text);
    Generator generator;
    named.build(net.input_shape(), generator);
    take_values(net, named);
    named.set_normalization(net.normalization());
    return named;
  } catch (const Error& e) {
    refuse(fmt::format("metadata {}: {}", kModelKey, e.what()));
  }
}

/// The model of a graph whose files have so many bytes.
Model model_of(const Graph& graph, std::int64_t bytes) {
  const std::string_view text = find_metadata(graph, kModelKey);
  Sequential net = network_of(graph, bytes, !text.empty());
  Model model{named_network(text, std::move(net)), {}};
  if (const std::string_view names = find_metadata(graph, kClassNamesKey); !names.empty()) {
    model.class_names = parse_class_names(names, element_count(model.net.output_shape()));
  }
  model.origin.data_sha256 = parse_data_sha256(find_metadata(graph, kDataKey));
  model.origin.loss = parse_loss(find_metadata(graph, kLossKey));
  const std::string_view scale = find_metadata(graph, kScaleKey);
  model.origin.float_images = !scale.empty() && is_float_scale(scale);
  return model;
}

Graph graph_of(std::string_view bytes) {
  if (bytes.empty()) refuse("an empty file, want ONNX");
  Graph graph = read_graph(bytes);
  require_opset(graph);
  share_concats(graph);
  return graph;
}

/// Puts what is read in front of each message.
template <class Action>
auto naming(const std::string& source, Action action) {
  try {
    return action();
  } catch (const Error& e) {
    throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", source, e.what()));
  } catch (const protozero::exception&) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: no protobuf message (is it ONNX, is it cut off?)", source));
  }
}

}  // namespace

Model parse_onnx(std::string_view bytes, const std::string& source) {
  return naming(source, [&] {
    Graph graph = graph_of(bytes);
    require_no_external(graph);
    return model_of(graph, std::ssize(bytes));
  });
}

Model load_onnx(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, kMostBytes);
  return naming(path.string(), [&] {
    Graph graph = graph_of(bytes);
    ExternalFiles files(path.parent_path(), kMostBytes);
    files.bring(graph);
    return model_of(graph, std::ssize(bytes) + files.bytes());
  });
}

void load_onnx_weights(const std::filesystem::path& path, Sequential& net) {
  net.require_built();
  const Model model = load_onnx(path);
  naming(path.string(), [&] { take_values(model.net, net); });
}

}  // namespace lenet
