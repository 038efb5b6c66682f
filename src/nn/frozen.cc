#include "nn/frozen.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/number_text.h"
#include "base/require.h"
#include "lenet/layers.h"

namespace lenet {
namespace {

/// A tensor of the network under its name of the state_dict.
struct Tensor {
  std::string name;
  std::int64_t layer;  ///< of the network, which may be a container
  ParameterRange range;
  bool is_buffer;
  bool frozen = false;
};

void add_tensors(const std::vector<ParameterInfo>& infos, std::int64_t layer, std::int64_t first,
                 bool are_buffers, std::vector<Tensor>& tensors) {
  for (const ParameterInfo& info : infos) {
    const std::int64_t last = first + element_count(info.shape);
    tensors.push_back({fmt::format("{}.{}", layer, info.name), layer, {first, last}, are_buffers});
    first = last;
  }
}

std::vector<Tensor> tensors_of(const Sequential& net) {
  std::vector<Tensor> tensors;
  for (std::int64_t i = 0; i < net.size(); ++i) {
    add_tensors(net[i].parameters(), i, net.parameter_range(i).first, false, tensors);
    add_tensors(net[i].buffers(), i, net.buffer_range(i).first, true, tensors);
  }
  return tensors;
}

/// Whether `name` is `pattern`, in which each * stands for any characters or none.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = pattern.npos, resumed = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resumed = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != pattern.npos) {  // the last star takes one more
      p = star + 1;
      n = ++resumed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

/// Freezes what one name means; false if that is nothing.
bool freeze(const std::string& name, std::vector<Tensor>& tensors) {
  const auto layers = number_in<std::int64_t>(name);  // "3"
  bool any = false;
  for (Tensor& t : tensors) {
    if (layers ? t.layer >= *layers : !matches(name, t.name)) continue;
    t.frozen = any = true;
  }
  return any;
}

std::string names_of(const std::vector<Tensor>& tensors) {
  std::vector<std::string> names;
  for (const Tensor& t : tensors) names.push_back(t.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// "3.0" of "3.0.running_mean".
std::string_view path_of(const Tensor& t) {
  return std::string_view(t.name).substr(0, t.name.rfind('.'));
}

/// A BatchNorm's mean and variance go together: it normalises by both.
void require_both_statistics(const std::vector<Tensor>& tensors) {
  for (const Tensor& a : tensors) {
    const bool alone =
        a.is_buffer && a.frozen && std::ranges::any_of(tensors, [&](const Tensor& b) {
          return b.is_buffer && path_of(b) == path_of(a) && !b.frozen;
        });
    require(!alone, fmt::format("freeze {0}: a layer's running statistics are frozen together; "
                                "want {1}.running_* or {1}.*",
                                a.name, path_of(a)));
  }
}

/// Whether nothing of the range trains. Asked in every step, and so without memory.
bool is_frozen(const ParameterRange& range, const std::vector<ParameterRange>& frozen) {
  std::int64_t first = range.first;
  for (const ParameterRange& f : frozen) {
    if (f.first <= first) first = std::max(first, f.last);
  }
  return first >= range.last;
}

}  // namespace

Frozen frozen_of(const Sequential& net, const std::vector<std::string>& names) {
  Frozen frozen;
  if (names.empty()) return frozen;
  net.require_built();
  std::vector<Tensor> tensors = tensors_of(net);
  for (const std::string& name : names) {
    const auto layers = number_in<std::int64_t>(name);  // "3"
    require(!layers || (*layers >= 1 && *layers <= net.size()),
            fmt::format("freeze '{}': want 1 to {}, the layers of the network", name, net.size()));
    require(freeze(name, tensors),
            fmt::format("freeze '{}': nothing of that name; the network has {}", name,
                        names_of(tensors)));
  }
  require_both_statistics(tensors);
  for (const Tensor& t : tensors) {
    if (t.frozen) (t.is_buffer ? frozen.buffers : frozen.parameters).push_back(t.range);
  }
  const auto all = static_cast<std::int64_t>(net.parameters().size());
  require(!trained_parts({0, all}, frozen.parameters).empty(),
          fmt::format("freeze '{}': leaves nothing to train; the network has {}",
                      fmt::join(names, ","), names_of(tensors)));
  return frozen;
}

std::vector<ParameterRange> trained_parts(const ParameterRange& range,
                                          const std::vector<ParameterRange>& frozen) {
  std::vector<ParameterRange> parts;
  std::int64_t first = range.first;
  for (const ParameterRange& f : frozen) {
    if (f.last <= first || f.first >= range.last) continue;
    if (f.first > first) parts.push_back({first, f.first});
    first = f.last;
  }
  if (first < range.last) parts.push_back({first, range.last});
  return parts;
}

bool keeps_statistics(const ParameterRange& buffers, const Frozen& frozen) {
  return is_frozen(buffers, frozen.buffers);
}

}  // namespace lenet
