#include "lenet/timer.h"

#include <chrono>

namespace lenet {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

void Timer::start() { begin_ = seconds_now(); }

double Timer::stop() {
  const double seconds = elapsed();
  sum_ += seconds;
  ++spans_;
  return seconds;
}

double Timer::elapsed() const { return seconds_now() - begin_; }

}  // namespace lenet
