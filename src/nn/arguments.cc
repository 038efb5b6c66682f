#include "nn/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace lenet {

Arguments::Arguments(const ModelText& model, const LayerText& layer,
                     std::vector<Parameter> parameters)
    : model_(model),
      layer_(layer),
      parameters_(std::move(parameters)),
      bound_(parameters_.size(), nullptr) {
  for (std::size_t i = 0; i < layer.positional.size(); ++i) {
    const ArgumentText& argument = layer.positional[i];
    if (i == parameters_.size()) {
      throw model_text_error(model.text, argument.position,
                             fmt::format("one argument too many, want {}", signature()));
    }
    if (parameters_[i].by_name) throw goes_by_name(parameters_[i], argument);
    bind(i, argument);
  }
  for (const ArgumentText& argument : layer.keywords) bind(index_of_keyword(argument), argument);
}

std::size_t Arguments::index_of_keyword(const ArgumentText& argument) const {
  const auto found = std::ranges::find_if(parameters_, [&](const Parameter& parameter) {
    return argument.keyword == parameter.name || argument.keyword == parameter.synonym;
  });
  if (found == parameters_.end()) {
    throw model_text_error(
        model_.text, argument.position,
        fmt::format("unknown argument {:.40}, want {}", argument.keyword, signature()));
  }
  return static_cast<std::size_t>(found - parameters_.begin());
}

/// With the remedy for "Conv2d(1, 6, 5)", which is PyTorch's nn.Conv2d(1, 6, 5).
Error Arguments::goes_by_name(const Parameter& parameter, const ArgumentText& argument) const {
  std::string message = fmt::format("{0} would be {1}, which goes by name, {1}={0}",
                                    argument.written, parameter.name);
  const ArgumentText& first = layer_.positional[0];
  const auto is_size = [](const ArgumentText& a) {
    return std::holds_alternative<std::int64_t>(a.value) ||
           std::holds_alternative<IntegerPair>(a.value);
  };
  if (is_size(first) && is_size(argument)) {
    std::vector<std::string> written;
    for (const ArgumentText& a : layer_.positional) written.push_back(a.written);
    for (const ArgumentText& a : layer_.keywords) written.push_back(a.keyword + "=" + a.written);
    message += fmt::format("; if {} is the number of inputs, leave it out, or write nn.{}({})",
                           first.written, layer_.name, fmt::join(written, ", "));
  }
  return model_text_error(model_.text, argument.position, message);
}

void Arguments::bind(std::size_t index, const ArgumentText& argument) {
  if (bound_[index] != nullptr) {
    throw model_text_error(model_.text, argument.position,
                           fmt::format("{} is given twice", parameters_[index].name));
  }
  bound_[index] = &argument;
}

const ArgumentText* Arguments::find(std::string_view parameter) const {
  const auto found = std::ranges::find(parameters_, parameter, &Parameter::name);
  if (found == parameters_.end()) return nullptr;
  return bound_[static_cast<std::size_t>(found - parameters_.begin())];
}

const ArgumentText& Arguments::require(std::string_view parameter) const {
  const ArgumentText* argument = find(parameter);
  if (argument == nullptr) {
    throw model_text_error(model_.text, layer_.position,
                           fmt::format("no {}, want {}", parameter, signature()));
  }
  return *argument;
}

std::int64_t Arguments::to_integer(const ArgumentText& argument, std::string_view parameter) const {
  if (const auto* value = std::get_if<std::int64_t>(&argument.value)) return *value;
  throw wrong_type(argument, parameter, "an integer");
}

IntegerPair Arguments::to_pair(const ArgumentText& argument, std::string_view parameter) const {
  if (const auto* value = std::get_if<IntegerPair>(&argument.value)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&argument.value)) return {*value, *value};
  throw wrong_type(argument, parameter, "an integer or a pair (h, w)");
}

std::int64_t Arguments::integer(std::string_view parameter) const {
  return to_integer(require(parameter), parameter);
}

std::int64_t Arguments::integer(std::string_view parameter, std::int64_t missing) const {
  const ArgumentText* argument = find(parameter);
  return argument == nullptr ? missing : to_integer(*argument, parameter);
}

IntegerPair Arguments::pair(std::string_view parameter) const {
  return to_pair(require(parameter), parameter);
}

IntegerPair Arguments::pair(std::string_view parameter, IntegerPair missing) const {
  const ArgumentText* argument = find(parameter);
  return argument == nullptr ? missing : to_pair(*argument, parameter);
}

IntegerPair Arguments::whole_pair(std::string_view parameter) const {
  const ArgumentText& argument = require(parameter);
  const auto* number = std::get_if<double>(&argument.value);
  constexpr double kMost = 1 << 20;
  if (!number) return to_pair(argument, parameter);
  if (*number >= 0 && *number <= kMost && *number == std::floor(*number)) {
    const auto whole = static_cast<std::int64_t>(*number);
    return {whole, whole};
  }
  throw wrong_type(argument, parameter, "a whole number or a pair of them");
}

std::array<std::int64_t, 4> Arguments::quadruple(std::string_view parameter) const {
  const ArgumentText& argument = require(parameter);
  if (const auto* four = std::get_if<IntegerList>(&argument.value); four && four->size() == 4) {
    return {(*four)[0], (*four)[1], (*four)[2], (*four)[3]};
  }
  if (const auto* all = std::get_if<std::int64_t>(&argument.value)) return {*all, *all, *all, *all};
  throw wrong_type(argument, parameter, "an integer or four, (left, right, top, bottom)");
}

IntegerList Arguments::list(std::string_view parameter) const {
  const ArgumentText& argument = require(parameter);
  if (const auto* list = std::get_if<IntegerList>(&argument.value)) return *list;
  if (const auto* pair = std::get_if<IntegerPair>(&argument.value))
    return {pair->begin(), pair->end()};
  if (const auto* one = std::get_if<std::int64_t>(&argument.value)) return {*one};
  throw wrong_type(argument, parameter, "an integer or several, (c, h, w)");
}

bool Arguments::boolean(std::string_view parameter, bool missing) const {
  const ArgumentText* argument = find(parameter);
  if (argument == nullptr) return missing;
  if (const auto* value = std::get_if<bool>(&argument->value)) return *value;
  throw wrong_type(*argument, parameter, "True or False");
}

double Arguments::number(std::string_view parameter, double missing) const {
  const ArgumentText* argument = find(parameter);
  if (argument == nullptr) return missing;
  if (const auto* value = std::get_if<double>(&argument->value)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&argument->value)) {
    return static_cast<double>(*value);
  }
  throw wrong_type(*argument, parameter, "a number");
}

bool Arguments::is_word(std::string_view parameter, std::string_view word) const {
  const ArgumentText* argument = find(parameter);
  if (argument == nullptr) return false;
  const auto* value = std::get_if<std::string>(&argument->value);
  return value != nullptr && *value == word;
}

void Arguments::require_usual(std::string_view parameter, const ArgumentValue& usual) const {
  const ArgumentText* argument = find(parameter);
  if (argument == nullptr || argument->value == usual) return;
  const auto* size = std::get_if<std::int64_t>(&usual);
  const auto* pair = std::get_if<IntegerPair>(&argument->value);
  if (size && pair && *pair == IntegerPair{*size, *size}) return;
  throw model_text_error(model_.text, argument->position,
                         fmt::format("{} is {:.40}, and lenet has no such layer: leave it out",
                                     parameter, argument->written));
}

/// "Linear(out_features, bias)".
std::string Arguments::signature() const {
  std::vector<std::string_view> names;
  std::ranges::transform(parameters_, std::back_inserter(names), &Parameter::name);
  const bool short_form = layer_.form == LayerText::Form::kShort;
  return fmt::format("{}{:.40}({})", short_form ? "" : "nn.", layer_.name, fmt::join(names, ", "));
}

Error Arguments::wrong_type(const ArgumentText& argument, std::string_view parameter,
                            std::string_view wanted) const {
  return model_text_error(
      model_.text, argument.position,
      fmt::format("{} is {:.40}, want {}", parameter, argument.written, wanted));
}

}  // namespace lenet
