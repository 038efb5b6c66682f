#include "nn/container.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <typeinfo>

#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

struct ContainerName {
  Container::Kind kind;
  std::string_view name;
};

constexpr ContainerName kNames[] = {{Container::Kind::kGroup, ""},
                                    {Container::Kind::kResidual, "Residual"},
                                    {Container::Kind::kSum, "Sum"},
                                    {Container::Kind::kConcat, "Concat"},
                                    {Container::Kind::kScale, "Scale"}};

/// What a branch gives, and what it is called in messages.
struct Joined {
  std::string name;
  Shape shape;
};

/// Whether Concat can put a behind b: equal but for the channels.
bool side_by_side(const Shape& a, const Shape& b) {
  return a.size() == b.size() && std::equal(a.begin() + 1, a.end(), b.begin() + 1);
}

Shape joined_shape(const std::vector<Joined>& values, bool concat, const std::string& named) {
  const Joined& first = values.front();
  Shape output = first.shape;
  output[0] = 0;
  for (const Joined& v : values) {
    require(concat ? side_by_side(v.shape, first.shape) : v.shape == first.shape,
            fmt::format("{}: {} gives {} and {} gives {}; want {}", named, first.name,
                        to_string(first.shape), v.name, to_string(v.shape),
                        concat ? "equal heights and widths" : "equal shapes"));
    output[0] = concat ? output[0] + v.shape[0] : v.shape[0];
  }
  return output;
}

/// Of an input and what it is multiplied by.
Shape scaled_shape(const Shape& input, const Joined& by, const std::string& named) {
  const bool one_each = by.shape[0] == input[0] && element_count(by.shape) == input[0];
  require(
      by.shape == input || one_each,
      fmt::format("{}: {} gives {}, and its input is {}; want one element a channel, {}x1x1, or "
                  "the input's shape",
                  named, by.name, to_string(by.shape), to_string(input), input[0]));
  return input;
}

/// Whether the input itself is one of the values that meet.
bool joins_input(Container::Kind kind) {
  return kind == Container::Kind::kResidual || kind == Container::Kind::kScale;
}

/// The tensors that `of` gives for each layer, named as the container names them.
template <class F>
std::vector<ParameterInfo> tensors_of(const Container& container, F of) {
  std::vector<ParameterInfo> tensors;
  for (std::size_t b = 0; b < container.branches().size(); ++b) {
    const Sequential& branch = container.branches()[b];
    for (std::int64_t i = 0; i < branch.size(); ++i) {
      for (ParameterInfo& info : of(branch[i])) {
        info.name = fmt::format("{}{}.{}", container.prefix(b), i, info.name);
        tensors.push_back(std::move(info));
      }
    }
  }
  return tensors;
}

}  // namespace

std::optional<Container::Kind> container_of_name(std::string_view name) {
  const auto* entry = std::ranges::find(kNames, name, &ContainerName::name);
  return entry == std::end(kNames) ? std::nullopt : std::optional(entry->kind);
}

const Container* container_of(const Layer& layer) {
  const std::type_info& type = typeid(layer);
  const bool container = type == typeid(Container) || type == typeid(Residual) ||
                         type == typeid(Sum) || type == typeid(Concat) || type == typeid(Scale);
  return container ? static_cast<const Container*>(&layer) : nullptr;
}

Container* container_of(Layer& layer) {
  return const_cast<Container*>(container_of(std::as_const(layer)));
}

Container::Container(Kind kind, std::vector<Sequential> branches)
    : kind_(kind), branches_(std::move(branches)) {
  const bool any = std::ranges::any_of(branches_, [](const auto& b) { return b.size() > 0; });
  require(any || branches_.size() > 1, fmt::format("{}[ ] is empty, want a layer in it", name()));
  const bool one = kind_ == Kind::kGroup || joins_input(kind_);
  require(!one || branches_.size() == 1,
          fmt::format("{}[ ] of {} branches, want one: Sum[ a | b ] and Concat[ a | b ] have more",
                      name(), branches_.size()));
}

std::unique_ptr<Container> Container::of(Kind kind, std::vector<Sequential> branches) {
  return std::unique_ptr<Container>(new Container(kind, std::move(branches)));
}

std::string Container::name() const {
  const auto* entry = std::ranges::find(kNames, kind_, &ContainerName::kind);
  if (entry == std::end(kNames)) unknown("container");
  return std::string(entry->name);
}

std::string Container::prefix(std::size_t branch) const {
  const bool numbered = kind_ == Kind::kSum || kind_ == Kind::kConcat;
  return numbered ? fmt::format("{}.", branch) : "";
}

std::int64_t Container::joined() const {
  return std::ssize(branches_) + (joins_input(kind_) ? 1 : 0);
}

std::string Container::text() const {
  std::string text = name() + "[";
  for (std::size_t b = 0; b < branches_.size(); ++b) {
    if (b > 0) text += " |";
    if (branches_[b].size() > 0) text += ' ' + branches_[b].text();
  }
  return text + " ]";
}

Operation Container::operation() const {
  if (kind_ == Kind::kConcat) return ConcatOp();
  if (kind_ == Kind::kScale) return ScaleOp();
  return SumOp();
}

Shape Container::infer(const Shape& input) {
  Sequential::Totals totals;
  return infer(input, "0", totals);
}

Shape Container::infer(const Shape& input, const std::string& path, Sequential::Totals& totals) {
  const std::string named = fmt::format("layer {}, {}[ ]", path, name());
  require(totals.depth < kMaxDepth,
          fmt::format("{}: want at most {} brackets in one another", named, kMaxDepth));
  ++totals.depth;
  std::vector<Joined> values;
  if (joins_input(kind_)) values.push_back({"the input", input});
  for (std::size_t b = 0; b < branches_.size(); ++b) {
    const std::string within = fmt::format("{}.{}", path, prefix(b));
    branches_[b].infer(input, within, totals);
    values.push_back({branches_[b].size() == 0 ? "the input" : fmt::format("{}*", within),
                      branches_[b].output_shape()});
  }
  --totals.depth;
  const Shape output = kind_ == Kind::kScale ? scaled_shape(input, values.back(), named)
                                             : joined_shape(values, kind_ == Kind::kConcat, named);
  if (joined() > 1) totals.values += element_count(output);
  return output;
}

void Container::forward(const ForwardPass& /*pass*/) const {
  throw Error(ErrorKind::kUsage, fmt::format("{}: runs as a part of a network alone; put it into "
                                             "a Sequential and build that",
                                             text()));
}

void Container::backward(const BackwardPass& /*pass*/) const { forward({}); }

std::vector<ParameterInfo> Container::parameters() const {
  return tensors_of(*this, [](const Layer& layer) { return layer.parameters(); });
}

std::vector<ParameterInfo> Container::buffers() const {
  return tensors_of(*this, [](const Layer& layer) { return layer.buffers(); });
}

void Container::constrain(std::span<float> parameters) const {
  for (const Sequential& branch : branches_) {
    for (std::int64_t i = 0; i < branch.size(); ++i) {
      const ParameterRange range = branch.parameter_range(i);
      const auto size = static_cast<std::size_t>(range.last - range.first);
      branch[i].constrain(parameters.first(size));
      parameters = parameters.subspan(size);
    }
  }
}

std::int64_t Container::multiply_adds() const {
  std::int64_t all = 0;
  for (const Sequential& branch : branches_) {
    for (std::int64_t i = 0; i < branch.size(); ++i) all += branch[i].multiply_adds();
  }
  return all;
}

}  // namespace lenet
