// The divergence from a teacher's outputs, by its definition in double.
#include "kernels/distillation.h"

#include <cmath>
#include <limits>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

struct Case {
  std::int64_t classes;
  float temperature;
  std::vector<float> x, z;
};

Case random_case(std::int64_t classes, float temperature) {
  Case c{classes, temperature, random_floats(classes * kPack, 3),
         random_floats(classes * kPack, 4)};
  for (float& v : c.x) v *= 9;
  for (float& v : c.z) v *= 9;
  return c;
}

/// The divergences of all lanes, then the gradient of `factor` T times their sum, eleven lanes'.
std::vector<float> result_of(const Case& c, float factor) {
  const AlignedFloats x = aligned(c.x), z = aligned(c.z);
  Softened softened;
  soften(c.classes, c.temperature, x.data(), z.data(), softened);
  softened_backward(c.classes, c.temperature, softened, 11, factor, x.data(), z.data());
  std::vector<float> result(softened.divergence, softened.divergence + kPack);
  result.insert(result.end(), z.data(), z.data() + z.size());
  return result;
}

/// The softmax of the values over the temperature.
reference::Values softened(reference::Values values, double temperature) {
  for (double& v : values) v /= temperature;
  const double most = *std::ranges::max_element(values);
  double sum = 0;
  for (double& v : values) sum += v = std::exp(v - most);
  for (double& v : values) v /= sum;
  return values;
}

TEST(Distillation, IsTheDivergenceOfTheSoftenedAnswersOnEveryTarget) {
  for (const std::int64_t classes : {1, 2, 10, 100}) {
    for (const float temperature : {1.0f, 0.5f, 4.0f, 20.0f}) {
      const Case c = random_case(classes, temperature);
      const double most = 9 / static_cast<double>(temperature);  // of an exponent
      for (const auto& got : run_on_every_target([&] { return result_of(c, 0.25f); })) {
        for (std::int64_t lane = 0; lane < kPack; ++lane) {
          const auto p = softened(lane_of(c.x.data(), classes, lane), c.temperature);
          const auto q = softened(lane_of(c.z.data(), classes, lane), c.temperature);
          double divergence = 0;
          reference::Values gradient(p.size());
          for (std::size_t k = 0; k < p.size(); ++k) {
            divergence += q[k] * std::log(q[k] / p[k]);
            gradient[k] = lane < 11 ? 0.25 * (p[k] - q[k]) : 0;
          }
          EXPECT_NEAR(got[static_cast<std::size_t>(lane)], divergence,
                      8 * kEpsilon * (2 * most + 4));
          expect_near(lane_of(got.data() + kPack, classes, lane), gradient,
                      reference::Values(p.size(), 0.25), 4 * kEpsilon * (most + 4), "gradient");
        }
      }
    }
  }
}

TEST(Distillation, OfEqualOutputsIsNothing) {
  Case c = random_case(7, 3);
  c.z = c.x;
  for (const auto& got : run_on_every_target([&] { return result_of(c, 1); })) {
    for (const float v : got) EXPECT_NEAR(v, 0, 1e-6);
  }
}

}  // namespace
}  // namespace lenet::kernels
