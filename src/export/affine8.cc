#include "export/affine8.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/function_formula.h"

namespace lenet {

Affine8 Affine8::over(const ValueRange& range) {
  const double least = static_cast<double>(range.least), most = static_cast<double>(range.most);
  if (least == most) return {};
  const double scale = (most - least) / 255;
  return {scale, static_cast<std::int32_t>(std::lround(-128 - least / scale))};
}

std::int8_t Affine8::quantize(double x) const {
  return static_cast<std::int8_t>(std::lround(std::clamp(x / scale + zero, -128.0, 127.0)));
}

Rescaling Rescaling::by(double factor) {
  int exponent = 0;
  double multiplier = std::round(std::ldexp(std::frexp(factor, &exponent), 31));
  if (multiplier == std::ldexp(1, 31)) {
    multiplier /= 2;
    ++exponent;
  }
  const int shift = 31 - exponent;
  if (shift > 62) return {0, 62};                                       // below half a step
  if (shift < 1) return {std::numeric_limits<std::int32_t>::max(), 1};  // any sum saturates
  return {static_cast<std::int32_t>(multiplier), static_cast<std::uint8_t>(shift)};
}

std::int8_t Rescaling::apply(std::int32_t sum, std::int32_t zero) const {
  const std::int64_t product = std::int64_t{sum} * multiplier,
                     half = std::int64_t{1} << (shift - 1);
  const std::int64_t scaled =
      product >= 0 ? (product + half) >> shift : -((half - product) >> shift);
  return static_cast<std::int8_t>(std::clamp<std::int64_t>(scaled + zero, -128, 127));
}

Table8 table_of(const Function& function, const Affine8& in, const Affine8& out) {
  Table8 table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const int q = static_cast<int>(i) - 128;
    const auto x = static_cast<float>(in.scale * (q - in.zero));
    table[i] = out.quantize(static_cast<double>(function_value(function, x)));
  }
  return table;
}

bool is_identity(const Table8& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] != static_cast<int>(i) - 128) return false;
  }
  return true;
}

std::vector<std::int8_t> look_up(const Table8& table, std::vector<std::int8_t> x) {
  for (std::int8_t& v : x) v = table[static_cast<std::size_t>(v + 128)];
  return x;
}

}  // namespace lenet
