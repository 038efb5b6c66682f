#include "lenet/random.h"

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

std::uint64_t Generator::next63() {
  const std::uint64_t high = next32();
  return (high << 32 | next32()) & ~(std::uint64_t{1} << 63);
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

std::string Generator::state() const {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << engine_;
  return text.str();
}

void Generator::set_state(const std::string& state) {
  constexpr std::size_t kWords = std::mt19937::state_size;
  std::istringstream numbers(state), text(state);
  numbers.imbue(std::locale::classic());
  text.imbue(std::locale::classic());
  // The standard's reader takes any place behind the words.
  std::vector<std::uint64_t> read;
  for (std::uint64_t number; read.size() <= kWords + 1 && numbers >> number;)
    read.push_back(number);
  std::mt19937 engine;
  const bool good = read.size() == kWords + 1 && numbers.eof() && read.back() <= kWords &&
                    std::ranges::all_of(read, [](auto n) { return n >> 32 == 0; }) &&
                    text >> engine;
  if (!good) {
    throw Error(ErrorKind::kBadInput,
                "state of the random numbers: want the 625 numbers of a Mersenne Twister");
  }
  engine_ = engine;
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

}  // namespace lenet
