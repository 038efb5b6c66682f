// What a layer of the model text is to the parser, and forms that several of them share.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "lenet/layer.h"
#include "nn/arguments.h"
#include "nn/model_text.h"

namespace lenet {

/// A name of the model text. `parse` throws Error (kUsage) for arguments that the layer cannot
/// have.
struct LayerEntry {
  std::string_view name;
  std::unique_ptr<Layer> (*parse)(const ModelText&, const LayerText&) = nullptr;
  enum class In { kBoth, kShort, kTorch } in = In::kBoth;

  bool is_of(LayerText::Form form) const {
    return in == In::kBoth || (in == In::kShort) == (form == LayerText::Form::kShort);
  }
};

/// All but the functions of one number, which come behind them (function_layer.h).
std::span<const LayerEntry> layer_entries();

inline bool is_short(const LayerText& layer) { return layer.form == LayerText::Form::kShort; }

/// Without arguments.
template <class L>
std::unique_ptr<Layer> parse_plain(const ModelText& model, const LayerText& layer) {
  const Arguments none(model, layer, {});
  return std::make_unique<L>();
}

/// One that PyTorch may compute in place, which changes no result.
template <class L>
std::unique_ptr<Layer> parse_inplace(const ModelText& model, const LayerText& layer) {
  const Arguments a(
      model, layer,
      is_short(layer) ? std::vector<Parameter>{} : std::vector<Parameter>{{"inplace"}});
  a.boolean("inplace", false);
  return std::make_unique<L>();
}

/// The same, of one number.
template <class L>
std::unique_ptr<Layer> parse_number(const ModelText& model, const LayerText& layer,
                                    std::string_view name, double missing) {
  const Arguments a(model, layer,
                    is_short(layer) ? std::vector<Parameter>{{name}}
                                    : std::vector<Parameter>{{name}, {"inplace"}});
  a.boolean("inplace", false);
  return std::make_unique<L>(a.number(name, missing));
}

}  // namespace lenet
