// Which layers are containers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lenet/containers.h"

namespace lenet {

/// What stands before the brackets of a container: nothing in front of a group.
std::optional<Container::Kind> container_of_name(std::string_view name);

/// The layer as the container that it is; null for any other.
const Container* container_of(const Layer& layer);
Container* container_of(Layer& layer);

/// Calls f(branch, the path of what is in it) for each branch of a container with this path.
template <class F>
void for_each_branch(const Container& container, const std::string& path, const F& f) {
  for (std::size_t b = 0; b < container.branches().size(); ++b) {
    f(container.branches()[b], path + "." + container.prefix(b));
  }
}

/// Calls f(layer, its path) for each layer, what is in containers included, in the order of the
/// text. `path` stands before the numbers.
template <class F>
void for_each_layer(const Sequential& net, const F& f, const std::string& path = "") {
  for (std::int64_t i = 0; i < net.size(); ++i) {
    const std::string at = path + std::to_string(i);
    if (const Container* container = container_of(net[i])) {
      for_each_branch(*container, at, [&](const Sequential& branch, const std::string& within) {
        for_each_layer(branch, f, within);
      });
    } else {
      f(net[i], at);
    }
  }
}

}  // namespace lenet
