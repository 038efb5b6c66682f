// An exported network as it is put together: constants, buffers, calls.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "export/c_arena.h"
#include "export/c_functions.h"
#include "export/c_interface.h"
#include "export/c_text.h"
#include "lenet/model_file.h"
#include "nn/inference.h"

namespace lenet {

class CSource {
 public:
  /// `element` is the type of an activation, which takes `element_bytes`.
  CSource(const std::vector<CFunction>& library, const CInterface& interface,
          std::string_view element, std::int64_t element_bytes, Arena arena);

  const CInterface& interface() const { return interface_; }

  /// A constant array of `bytes` altogether, from its values as C text.
  void array(std::string_view type, std::string_view name, const std::vector<std::string>& values,
             std::int64_t bytes);

  /// The same of numbers that C writes as fmt does; floats as c_float does.
  template <class T>
  void array(std::string_view type, std::string_view name, const std::vector<T>& values);

  /// A constant struct of ints.
  void constant(std::string_view type, std::string_view name,
                const std::vector<std::int64_t>& fields);

  /// "window" + c_name(o), of its shapes and window.
  void window(const InferenceNode& o);

  /// A call in NAME_predict; `comment` says what it gives.
  void call(std::string_view function, std::string_view arguments, std::string_view comment);

  /// A call from the node's input to its output, or in place, where they are copied to first if
  /// they do not lie there. The places are the last arguments.
  void call_across(std::string_view function, const std::string& arguments, const InferenceNode& o);
  void call_in_place(std::string_view function, const std::string& arguments,
                     const InferenceNode& o);

  /// Copies so many elements, unless they lie there.
  void copy(std::int64_t count, std::int64_t from, std::int64_t to, const Shape& shape);

  /// A place in the arena as C writes it.
  static std::string place(std::int64_t offset);

  /// Where a value lies.
  std::int64_t offset(std::int64_t value) const { return arena_.at(value); }
  std::string at(std::int64_t value) const { return place(offset(value)); }

  /// The list of places of what a node reads.
  std::string inputs(const InferenceNode& o) const;

  std::int64_t constant_bytes() const { return constant_bytes_; }

  /// The two files. `name` is an identifier, `header` what the first includes.
  std::string c_file(const Model& model, const std::string& name, const std::string& header) const;
  std::string h_file(const Model& model, const std::string& name) const;

 private:
  std::string summary(const Model& model, const std::string& name) const;
  std::string predict(const std::string& name) const;

  const std::vector<CFunction>& library_;
  CInterface interface_;
  std::string element_;
  std::int64_t element_bytes_, constant_bytes_ = 0;
  Arena arena_;
  std::set<std::string_view> used_;
  std::string constants_, calls_;
};

template <class T>
void CSource::array(std::string_view type, std::string_view name, const std::vector<T>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const T v : values) {
    if constexpr (std::is_same_v<T, float>) {
      texts.push_back(c_float(v));
    } else {
      texts.push_back(fmt::format("{}", v));
    }
  }
  array(type, name, texts, std::ssize(values) * static_cast<std::int64_t>(sizeof(T)));
}

/// The node's name as a part of one in C: "3_0" of "3.0".
std::string c_name(const InferenceNode& o);

/// Throws Error (kUsage) if weights or activations of this many elements of 4 bytes are no matter
/// of a C array that an int counts.
void require_exportable(const std::vector<InferenceNode>& nodes);

}  // namespace lenet
