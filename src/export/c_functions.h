// The functions that exported C is made of.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lenet {

/// A C type or function, and those that it calls.
struct CFunction {
  std::string_view name;
  std::string text;
  std::vector<std::string_view> needs = {};
};

/// For floats, and for integers of 8 bits; each after those that it needs.
const std::vector<CFunction>& float_functions();
const std::vector<CFunction>& int8_functions();

/// The texts of those named and of all that they need, in the order of `library`.
std::string c_functions(const std::vector<CFunction>& library, std::set<std::string_view> used);

/// What both libraries have: "Window", "Taps", "taps_inside", "Groups" with "taps_apart", "softmax"
/// and "sigmoid_of_each".
extern const CFunction kWindowType, kTapsType, kTapsInside, kGroupsType, kSoftmax, kSigmoidOfEach;

/// "upsample" of images of this type.
CFunction upsample_of(const char* type);

/// "zero_pad2d" of images of this type.
CFunction zero_pad2d_of(const char* type);

}  // namespace lenet
