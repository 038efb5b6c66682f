#include "lenet/random.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <locale>
#include <numbers>
#include <numeric>
#include <sstream>
#include <utility>

#include "lenet/error.h"

namespace lenet {
namespace {

/// 24 random bits as a float in [0, 1).
float unit_float(Generator& generator) {
  return static_cast<float>(generator.next32() & 0xFFFFFF) * 0x1p-24f;
}

/// Box-Muller on 16 uniform floats: element j < 8 is the radius' number, element j + 8 the angle's.
void normal_from_uniform_16(float* values, float mean, float deviation) {
  for (int j = 0; j < 8; ++j) {
    const float radius = std::sqrt(-2 * std::log(1 - values[j]));
    const float angle = 2 * std::numbers::pi_v<float> * values[j + 8];
    values[j] = radius * std::cos(angle) * deviation + mean;
    values[j + 8] = radius * std::sin(angle) * deviation + mean;
  }
}

}  // namespace

// MT19937: M. Matsumoto and T. Nishimura, Mersenne Twister, ACM TOMACS 8 (1998), with the seeding
// of 2002. Not <random>'s, which would cost all who include lenet a tenth of their compile time.

Generator::Generator(std::uint64_t seed) {
  words_[0] = static_cast<std::uint32_t>(seed);
  for (std::uint32_t i = 1; i < words_.size(); ++i) {
    const std::uint32_t last = words_[i - 1];
    words_[i] = 1812433253u * (last ^ (last >> 30)) + i;
  }
}

void Generator::refill() {
  constexpr std::size_t kAhead = 397;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint32_t joined =
        (words_[i] & 0x80000000u) | (words_[(i + 1) % words_.size()] & 0x7fffffffu);
    words_[i] = words_[(i + kAhead) % words_.size()] ^ (joined >> 1);
    if (joined & 1) words_[i] ^= 0x9908b0dfu;
  }
  used_ = 0;
}

std::uint32_t Generator::next32() {
  if (used_ == words_.size()) refill();
  std::uint32_t y = words_[used_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

std::uint64_t Generator::next63() {
  const std::uint64_t high = next32();
  return (high << 32 | next32()) & ~(std::uint64_t{1} << 63);
}

double Generator::unit_double() {
  const std::uint64_t high = next32();
  constexpr std::uint64_t kBits = (std::uint64_t{1} << 53) - 1;
  return static_cast<double>((high << 32 | next32()) & kBits) * 0x1p-53;
}

void Generator::uniform(std::span<float> values, double low, double high) {
  const float from = static_cast<float>(low);
  const float range = static_cast<float>(high) - from;
  for (float& value : values) value = std::fma(unit_float(*this), range, from);
}

void Generator::normal(std::span<float> values, double mean, double deviation) {
  const auto m = static_cast<float>(mean);
  const auto s = static_cast<float>(deviation);
  for (float& value : values) value = unit_float(*this);
  for (std::size_t i = 0; i + 16 <= values.size(); i += 16) {
    normal_from_uniform_16(values.data() + i, m, s);
  }
  if (values.size() % 16 == 0) return;
  // The last 16 once more from fresh numbers; of fewer than 16, their end.
  float last[16];
  for (float& value : last) value = unit_float(*this);
  normal_from_uniform_16(last, m, s);
  const std::size_t count = std::min<std::size_t>(values.size(), 16);
  std::copy(last + 16 - count, last + 16, values.last(count).begin());
}

std::string Generator::state() const { return fmt::format("{} {}", fmt::join(words_, " "), used_); }

void Generator::set_state(const std::string& state) {
  std::istringstream text(state);
  text.imbue(std::locale::classic());
  std::vector<std::uint64_t> read;
  for (std::uint64_t number; read.size() <= words_.size() + 1 && text >> number;) {
    read.push_back(number);
  }
  const bool good = read.size() == words_.size() + 1 && text.eof() &&
                    read.back() <= words_.size() &&
                    std::ranges::all_of(read, [](auto n) { return n >> 32 == 0; });
  if (!good) {
    throw Error(ErrorKind::kBadInput,
                "state of the random numbers: want the 625 numbers of a Mersenne Twister");
  }
  std::ranges::transform(read.begin(), read.end() - 1, words_.begin(),
                         [](auto n) { return static_cast<std::uint32_t>(n); });
  used_ = read.back();
}

void draw_loader_seed(Generator& generator) { generator.next63(); }

void shuffle_as_data_loader(Generator& generator, std::span<std::int32_t> order) {
  draw_loader_seed(generator);
  Generator shuffle(generator.next63());
  std::iota(order.begin(), order.end(), 0);
  const auto n = static_cast<std::uint32_t>(order.size());
  for (std::uint32_t i = 0; i + 1 < n; ++i) {
    std::swap(order[i], order[i + shuffle.next32() % (n - i)]);
  }
}

/// By the sums of the shares, as torch.multinomial draws with replacement.
void sample_as_data_loader(Generator& generator, std::span<const double> weights,
                           std::span<std::int32_t> order) {
  draw_loader_seed(generator);
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  const double all = sums.back();
  const bool is_one = all >= 0.99999 && all <= 1.00001;  // as near as torch takes it for
  for (double& sum : sums) sum /= is_one ? 1 : all;
  for (std::int32_t& place : order) {
    const auto found = std::ranges::lower_bound(sums, generator.unit_double());
    place = static_cast<std::int32_t>(std::min(found, sums.end() - 1) - sums.begin());
  }
}

}  // namespace lenet
