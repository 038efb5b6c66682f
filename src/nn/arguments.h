// The arguments of a layer in a model text, matched to parameters as Python matches them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/model_text.h"

namespace lenet {

/// A parameter of a layer. The order of parameters is that of positional arguments.
struct Parameter {
  std::string_view name;
  std::string_view synonym = {};  ///< also accepted as a keyword
  bool by_name = false;           ///< not taken by position, where PyTorch has another parameter
};

/// One layer's arguments by parameter:
///
///   const Arguments a(model, layer, {{"out_channels"}, {"kernel_size", "kernel"}, {"bias"}});
///   Conv2d({.out_channels = a.integer("out_channels"), .bias = a.boolean("bias", true), ...});
///
/// Every Error is kUsage and shows the place. Borrows `model` and `layer`. Whether a value is in
/// range is for the layer to say: give its message to model_text_error with the layer's position.
class Arguments {
 public:
  /// Throws Error if there are more positional arguments than parameters, one stands for a
  /// parameter that goes by name, a keyword is not a parameter, or a parameter is given twice.
  Arguments(const ModelText& model, const LayerText& layer, std::vector<Parameter> parameters);

  /// The value of a parameter; one that the list above does not hold is missing. Without a default
  /// it is required: Error if it is missing, or of another type. An integer n is taken as the pair
  /// (n, n).
  std::int64_t integer(std::string_view parameter) const;
  std::int64_t integer(std::string_view parameter, std::int64_t missing) const;
  IntegerPair pair(std::string_view parameter) const;
  IntegerPair pair(std::string_view parameter, IntegerPair missing) const;
  IntegerPair whole_pair(std::string_view parameter) const;  ///< also of a float, 2.0
  std::array<std::int64_t, 4> quadruple(std::string_view parameter) const;  ///< n: (n, n, n, n)
  IntegerList list(std::string_view parameter) const;  ///< of integers; n is (n,)
  bool boolean(std::string_view parameter, bool missing) const;
  double number(std::string_view parameter, double missing) const;

  bool given(std::string_view parameter) const { return find(parameter) != nullptr; }

  /// Whether it is the word given: None, 'same'.
  bool is_word(std::string_view parameter, std::string_view word) const;

  /// Throws Error if the parameter is given with another value than `usual`, as lenet has no other.
  void require_usual(std::string_view parameter, const ArgumentValue& usual) const;

 private:
  std::size_t index_of_keyword(const ArgumentText& argument) const;
  void bind(std::size_t index, const ArgumentText& argument);
  Error goes_by_name(const Parameter& parameter, const ArgumentText& argument) const;
  const ArgumentText* find(std::string_view parameter) const;
  const ArgumentText& require(std::string_view parameter) const;
  std::int64_t to_integer(const ArgumentText& argument, std::string_view parameter) const;
  IntegerPair to_pair(const ArgumentText& argument, std::string_view parameter) const;
  std::string signature() const;
  Error wrong_type(const ArgumentText& argument, std::string_view parameter,
                   std::string_view wanted) const;

  const ModelText& model_;
  const LayerText& layer_;
  std::vector<Parameter> parameters_;
  std::vector<const ArgumentText*> bound_;  ///< by parameter, null if not given
};

}  // namespace lenet
