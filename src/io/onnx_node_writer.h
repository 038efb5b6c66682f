// Nodes of a graph, each behind the one before.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/onnx_write.h"

namespace lenet::onnx {

using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

struct NodeWriter {
  GraphToWrite& graph;
  std::string value{kInputName};  ///< what the next node reads

  /// A node that reads `value` and then the others; its output takes its name.
  void node(const char* op, const std::string& name, std::vector<std::string> others = {},
            Attributes attributes = {}) {
    others.insert(others.begin(), value);
    graph.nodes.push_back({op, name, std::move(others), name, std::move(attributes)});
    value = name;
  }

  std::string tensor(const std::string& name, Shape dims, std::vector<float> values) {
    graph.initializers.push_back({name, std::move(dims), std::move(values)});
    return name;
  }

  std::string number(const std::string& name, float number) { return tensor(name, {}, {number}); }
};

}  // namespace lenet::onnx
