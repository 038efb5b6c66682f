#include <fmt/format.h>

#include <unordered_map>

#include "io/weights.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// What stands before the network's names in the file's: "net." where the file has "net.0.weight".
std::string prefix_of(const std::vector<NamedTensor>& tensors, const std::string& first_name) {
  const std::string ending = "." + first_name;
  for (const NamedTensor& t : tensors) {
    if (t.name == first_name) return "";
    if (t.name.ends_with(ending)) return t.name.substr(0, t.name.size() - first_name.size());
  }
  return "";
}

}  // namespace

std::vector<const NamedTensor*> weights_by_name(const SafeTensors& file,
                                                const std::vector<NamedParameter>& wanted,
                                                const std::string& network) {
  std::unordered_map<std::string, const NamedTensor*> found;
  for (const NamedTensor& t : file.tensors) found[t.name] = &t;
  const std::string prefix = wanted.empty() ? "" : prefix_of(file.tensors, wanted[0].name);
  std::vector<const NamedTensor*> sources;
  for (const NamedParameter& p : wanted) {
    const auto tensor = found.find(prefix + p.name);
    if (tensor == found.end()) {
      throw Error(ErrorKind::kBadInput,
                  fmt::format("no tensor {}{} of shape {}, which the network {} needs", prefix,
                              p.name, to_string(p.info.shape), network));
    }
    if (tensor->second->shape != p.info.shape) {
      throw Error(ErrorKind::kBadInput,
                  fmt::format("tensor {} has shape {}, want {}", tensor->first,
                              to_string(tensor->second->shape), to_string(p.info.shape)));
    }
    sources.push_back(tensor->second);
    found.erase(tensor);
  }
  std::erase_if(found, [](const auto& t) { return t.first.ends_with(".num_batches_tracked"); });
  if (!found.empty()) {
    throw Error(ErrorKind::kBadInput, fmt::format("tensor {} has no place in the network {}",
                                                  found.begin()->first, network));
  }
  return sources;
}

}  // namespace lenet
