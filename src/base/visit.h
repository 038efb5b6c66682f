// Visiting a variant with a function for each alternative.
#pragma once

#include <concepts>

namespace lenet {

/// The functions as one: std::visit(Overloaded{[](const A&) {}, [](const B&) {}}, variant).
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// For one function of several alternatives: [](const OneOf<A, B> auto&) {}.
template <class T, class... Alternatives>
concept OneOf = (std::same_as<T, Alternatives> || ...);

}  // namespace lenet
