#include "nn/user_layer.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <typeinfo>

#include "lenet/layers.h"

namespace lenet {
namespace {

std::string class_name(const Layer& layer) {
  const char* mangled = typeid(layer).name();
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
  return name ? name.get() : mangled;
}

/// What L would say in the layer's place; nothing if it does not derive from L.
template <class L>
std::optional<std::string> text_as(const Layer& layer) {
  const auto* base = dynamic_cast<const L*>(&layer);
  return base ? std::optional(base->L::text()) : std::nullopt;
}

/// The text of the library's layer that a user's class derives from; nothing if there is none. The
/// classes are those of the library that are not final.
std::optional<std::string> library_text(const Layer& layer) {
  if (!is_user_layer(layer)) return std::nullopt;
  if (auto text = text_as<Conv2d>(layer)) return text;
  if (auto text = text_as<Linear>(layer)) return text;
  if (auto text = text_as<Pool2d>(layer)) return text;
  return text_as<FunctionLayer>(layer);
}

}  // namespace

bool is_user_layer(const Layer& layer) { return std::holds_alternative<UserOp>(layer.operation()); }

std::string text_of(const Layer& layer) {
  std::string text = layer.text();
  return library_text(layer) == text ? class_name(layer) : text;
}

std::string own_layer_text(const Layer& layer) {
  const std::optional<std::string> base = library_text(layer);
  const std::string derived = base ? fmt::format("derived from {}, ", *base) : "";
  return fmt::format("{}: {}a layer of your own", text_of(layer), derived);
}

}  // namespace lenet
