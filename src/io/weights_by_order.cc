#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>
#include <utility>

#include "base/require.h"
#include "io/safetensors_header.h"
#include "io/weights.h"
#include "lenet/error.h"

namespace lenet {
namespace {

enum class Kind { kConv2d, kLinear, kBatchNorm, kScale };

/// The tensors under one name, or a layer's parameters: what each is, its shape and place in its
/// list.
struct Module {
  std::string name;
  std::map<std::string_view, std::size_t> parts = {};  ///< "weight", "bias", ...
};

/// What a tensor is of its module; its name must say it.
constexpr std::string_view kParts[] = {"weight", "bias", "running_mean", "running_var"};

[[noreturn]] void refuse_weights(const std::string& message) {
  throw Error(ErrorKind::kBadInput, message);
}

/// "features.", "weight" of "features.weight".
std::pair<std::string_view, std::string_view> split(std::string_view name) {
  for (const std::string_view part : kParts) {
    const std::string_view module =
        name.substr(0, name.size() - std::min(part.size(), name.size()));
    const bool apart = module.empty() || !std::isalnum(static_cast<unsigned char>(module.back()));
    if (name.ends_with(part) && apart) return {module, part};
  }
  refuse_weights(
      fmt::format("tensor {}: no name of a part that lenet knows by order, want one that ends in "
                  "{}",
                  quoted_name(name), fmt::join(kParts, ", ")));
}

/// "features.0" of "features.0.".
std::string_view without_separator(std::string_view module) {
  return module.substr(0, module.size() - (module.empty() ? 0 : 1));
}

/// The modules in the order of their first tensors. name(i) is that of tensor i.
template <class Name>
std::vector<Module> modules_of(std::size_t count, Name name) {
  std::vector<Module> modules;
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::string_view(name(i)).ends_with("num_batches_tracked")) continue;
    const auto [module, part] = split(name(i));
    const auto [place, is_new] = places.emplace(module, modules.size());
    if (is_new) modules.push_back({std::string(without_separator(module))});
    modules[place->second].parts[part] = i;
  }
  return modules;
}

bool begins_with_digit(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0]));
}

/// Takes a run of digits, without the zeros in front, or of others off the text.
std::string_view take_run(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && begins_with_digit(text.substr(end)) == begins_with_digit(text)) ++end;
  std::string_view run = text.substr(0, end);
  text.remove_prefix(end);
  while (run.size() > 1 && run[0] == '0') run.remove_prefix(1);
  return run;
}

/// How two names differ first: by numbers, or only by letters.
struct Comparison {
  bool less = false, by_number = false;
};

Comparison compare(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const bool numbers = begins_with_digit(a) && begins_with_digit(b);
    const std::string_view x = take_run(a), y = take_run(b);
    if (x == y) continue;
    const bool shorter = numbers && x.size() != y.size();
    return {shorter ? x.size() < y.size() : x < y, numbers};
  }
  return {a.size() < b.size(), begins_with_digit(a.empty() ? b : a)};  // "conv" and "conv2"
}

using Shapes = std::map<std::string_view, Shape>;

/// A list of modules beside the shapes of their tensors.
template <class ShapeOf>
class Modules {
 public:
  Modules(std::vector<Module> modules, ShapeOf shape_of)
      : all(std::move(modules)), shape_of_(shape_of) {}

  Shapes shapes(const Module& module) const {
    Shapes shapes;
    for (const auto& [part, i] : module.parts) shapes[part] = shape_of_(i);
    return shapes;
  }

  std::optional<Kind> kind(const Module& module) const {
    if (module.parts.contains("running_mean")) return Kind::kBatchNorm;
    const auto weight = module.parts.find("weight");
    if (weight == module.parts.end()) return std::nullopt;
    const std::size_t rank = shape_of_(weight->second).size();
    return rank == 4   ? std::optional(Kind::kConv2d)
           : rank == 2 ? std::optional(Kind::kLinear)
           : rank == 1 ? std::optional(Kind::kScale)
                       : std::nullopt;
  }

  std::vector<const Module*> of(Kind wanted) const {
    std::vector<const Module*> found;
    for (const Module& module : all) {
      if (kind(module) == wanted) found.push_back(&module);
    }
    return found;
  }

  std::vector<Module> all;

 private:
  ShapeOf shape_of_;
};

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::kConv2d:
      return "Conv2d";
    case Kind::kLinear:
      return "Linear";
    case Kind::kBatchNorm:
      return "BatchNorm";
    case Kind::kScale:
      return "Affine2d";
  }
  unknown("kind of module");
}

auto modules_of_file(const SafeTensors& file) {
  if (file.order == TensorOrder::kNone) {
    refuse_weights(
        "its header lists the tensors in another order than its data: it has no order, want "
        "names as lenet has them");
  }
  const std::vector<NamedTensor>& tensors = file.tensors;
  Modules modules(
      modules_of(tensors.size(), [&](std::size_t i) { return std::string_view(tensors[i].name); }),
      [&](std::size_t i) -> const Shape& { return tensors[i].shape; });
  for (const Module& module : modules.all) {
    if (modules.kind(module)) continue;
    const NamedTensor& first = tensors[module.parts.begin()->second];
    refuse_weights(
        fmt::format("tensor {} of shape {}: of no layer that lenet knows by order, want a "
                    "weight of 4, 2 or 1 axes beside it",
                    quoted_name(first.name), to_string(first.shape)));
  }
  if (file.order == TensorOrder::kSorted) {
    std::ranges::stable_sort(
        modules.all, [](const Module& a, const Module& b) { return compare(a.name, b.name).less; });
  }
  return modules;
}

/// Throws Error if of two modules with the same shapes only letters say which comes first.
template <class M>
void require_order(const M& file, const std::vector<const Module*>& modules) {
  for (std::size_t i = 0; i < modules.size(); ++i) {
    for (std::size_t j = i + 1; j < modules.size(); ++j) {
      const bool told = compare(modules[i]->name, modules[j]->name).by_number;
      if (told || file.shapes(*modules[i]) != file.shapes(*modules[j])) continue;
      refuse_weights(
          fmt::format("{} and {} have the same shapes, and which comes first nobody can tell: "
                      "the file is sorted by its names, which have no numbers there (as in fc1, "
                      "fc2); want names as lenet has them",
                      quoted_name(modules[i]->name), quoted_name(modules[j]->name)));
    }
  }
}

/// The next of the modules, if it has these shapes. Where letters have sorted the file, shapes say
/// more: the next of those that have them.
template <class M>
std::vector<const Module*>::iterator place_of(const M& file, std::vector<const Module*>& left,
                                              const Shapes& shapes, TensorOrder order) {
  const auto fits = [&](const Module* module) { return file.shapes(*module) == shapes; };
  if (order == TensorOrder::kSorted) return std::ranges::find_if(left, fits);
  return fits(left.front()) ? left.begin() : left.end();
}

std::string text_of(const Shapes& shapes) {
  std::vector<std::string> texts;
  for (const auto& [part, shape] : shapes) {
    texts.push_back(fmt::format("{} {}", part, to_string(shape)));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string names_of(const std::vector<const Module*>& modules) {
  constexpr std::size_t kMost = 8;
  std::vector<std::string> names;
  for (const Module* module : modules) names.push_back(quoted_name(module->name));
  const bool more = names.size() > kMost;
  if (more) names.resize(kMost);
  return fmt::format("{}{}", fmt::join(names, ", "), more ? ", ..." : "");
}

}  // namespace

std::vector<const NamedTensor*> weights_by_order(const SafeTensors& file,
                                                 const std::vector<NamedParameter>& wanted,
                                                 const Sequential& net) {
  const auto from = modules_of_file(file);
  const Modules to(
      modules_of(wanted.size(), [&](std::size_t i) { return std::string_view(wanted[i].name); }),
      [&](std::size_t i) -> const Shape& { return wanted[i].info.shape; });
  std::vector<const NamedTensor*> sources(wanted.size());
  for (const Kind kind : {Kind::kConv2d, Kind::kLinear, Kind::kBatchNorm, Kind::kScale}) {
    std::vector<const Module*> left = from.of(kind);
    const std::vector<const Module*> layers = to.of(kind);
    if (left.size() != layers.size()) {
      refuse_weights(fmt::format("by order: {} with weights as of a {} ({}), the network {} has {}",
                                 left.size(), name_of(kind), names_of(left), net.text(),
                                 layers.size()));
    }
    if (file.order == TensorOrder::kSorted) require_order(from, left);
    for (const Module* layer : layers) {
      const auto module = place_of(from, left, to.shapes(*layer), file.order);
      if (module == left.end()) {
        refuse_weights(fmt::format("by order: {} has {}, want {} for layer {} of the network {}",
                                   quoted_name(left.front()->name),
                                   text_of(from.shapes(*left.front())), text_of(to.shapes(*layer)),
                                   layer->name, net.text()));
      }
      for (const auto& [part, i] : layer->parts) {
        sources[i] = &file.tensors[(*module)->parts.at(part)];
      }
      left.erase(module);
    }
  }
  return sources;
}

std::optional<std::int64_t> last_linear_outputs(const SafeTensors& file) {
  const auto modules = modules_of_file(file);
  const std::vector<const Module*> linear = modules.of(Kind::kLinear);
  if (linear.empty()) return std::nullopt;
  return modules.shapes(*linear.back()).at("weight")[0];
}

}  // namespace lenet
