// Several listeners to one callback.
#pragma once

#include <functional>
#include <utility>

namespace lenet {

/// `first`, and then what was there before.
template <class Event, class F>
void put_before(std::function<void(const Event&)>& callback, F first) {
  callback = [first = std::move(first), next = std::move(callback)](const Event& event) {
    first(event);
    if (next) next(event);
  };
}

}  // namespace lenet
