// The cross-entropy with label smoothing and class weights: against PyTorch's numbers, and by its
// definition.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cross_entropy.h"
#include "kernels/packs.h"
#include "kernels/targets.h"
#include "train/golden.h"

namespace lenet::kernels {
namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

/// Logits of one pack, (classes, kPack), and what they are compared with.
struct Case {
  std::int64_t classes;
  std::vector<float> logits;
  std::vector<Label> labels;
  float smoothing;
  std::vector<float> weights = {};

  /// The labels over the sum of their weights.
  float weight_scale() const {
    double sum = 0;
    for (const Label label : labels) sum += static_cast<double>(weights[label]);
    return static_cast<float>(static_cast<double>(labels.size()) / sum);
  }

  Target target() const {
    Target target{labels.data(), static_cast<std::int64_t>(labels.size()), smoothing};
    if (weights.empty()) return target;
    target.class_weights = weights.data();
    target.weight_scale = weight_scale();
    return target;
  }
};

/// The losses of all lanes, then the gradient of `scale` times their sum as (classes, kPack).
std::vector<float> losses_and_gradient(const Case& c, float scale) {
  const AlignedFloats logits = aligned(c.logits);
  SoftmaxStatistics softmax;
  cross_entropy_forward(c.classes, logits.data(), softmax);
  std::vector<float> out;
  for (std::int64_t lane = 0; lane < c.target().count; ++lane) {
    out.push_back(cross_entropy(c.classes, c.target(), lane, softmax, logits.data()));
  }
  out.resize(kPack);
  cross_entropy_backward(c.classes, c.target(), scale, softmax, logits.data());
  out.insert(out.end(), logits.data(), logits.data() + logits.size());
  return out;
}

/// What rounding may do to a loss of logits z: the logsumexp, as in cross_entropy_test.cc, its
/// difference from each logit, their mean and the two products.
double loss_error(const reference::Values& z) {
  double most = 0;
  for (const double v : z) most = std::max(most, std::abs(v));
  return kEpsilon * (4 * most + 3 * static_cast<double>(z.size()) + 8);
}

/// PyTorch's rows of logits, one a lane.
Case golden_case(const nlohmann::json& golden, double smoothing) {
  const auto rows = golden.at("logits").get<std::vector<std::vector<float>>>();
  Case c{.classes = 10,
         .logits = std::vector<float>(10 * kPack),
         .labels = golden.at("labels").get<std::vector<Label>>(),
         .smoothing = static_cast<float>(smoothing)};
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    for (std::size_t k = 0; k < 10; ++k) c.logits[k * kPack + lane] = rows[lane][k];
  }
  return c;
}

TEST(LabelSmoothing, LossAndGradientArePyTorchsOnEveryTarget) {
  const nlohmann::json golden = golden_json("label_smoothing.json");
  for (const nlohmann::json& want : golden.at("cases")) {
    const Case c = golden_case(golden, want.at("label_smoothing").get<double>());
    const auto dlogits = want.at("gradient").get<std::vector<std::vector<float>>>();
    for (const auto& got : run_on_every_target([&] { return losses_and_gradient(c, 1 / 16.0f); })) {
      double loss = 0, error = 0;
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        const reference::Values z = lane_of(c.logits.data(), 10, lane);
        loss += static_cast<double>(got[static_cast<std::size_t>(lane)]) / kPack;
        error += 2 * loss_error(z) / kPack;  // PyTorch's float32 as well as ours
        // A probability of at most 1 is off by the error of its exponent, relatively.
        const auto& row = dlogits[static_cast<std::size_t>(lane)];
        expect_near(lane_of(got.data() + kPack, 10, lane), {row.begin(), row.end()},
                    reference::Values(10, 1 / 16.0), 2 * loss_error(z), "gradient");
      }
      EXPECT_NEAR(loss, want.at("loss").get<double>(), error) << c.smoothing;
    }
  }
}

TEST(ClassWeights, LossAndGradientArePyTorchsOnEveryTarget) {
  const nlohmann::json golden = golden_json("label_smoothing.json");
  for (const nlohmann::json& want : golden.at("weighted")) {
    Case c = golden_case(golden, want.at("label_smoothing").get<double>());
    c.weights = golden.at("class_weights").get<std::vector<float>>();
    const double most = 4 * static_cast<double>(c.weight_scale());  // of a weight
    const auto dlogits = want.at("gradient").get<std::vector<std::vector<float>>>();
    for (const auto& got : run_on_every_target([&] { return losses_and_gradient(c, 1 / 16.0f); })) {
      double loss = 0, error = 0;
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        const reference::Values z = lane_of(c.logits.data(), 10, lane);
        loss += static_cast<double>(got[static_cast<std::size_t>(lane)]) / kPack;
        error += 2 * most * loss_error(z) / kPack;
        const auto& row = dlogits[static_cast<std::size_t>(lane)];
        expect_near(lane_of(got.data() + kPack, 10, lane), {row.begin(), row.end()},
                    reference::Values(10, most / 16), 2 * loss_error(z), "gradient");
      }
      EXPECT_NEAR(loss, want.at("loss").get<double>(), error) << c.smoothing;
    }
  }
}

TEST(ClassWeights, OfOneLeaveTheLossAndTheBlankLanesAsTheyAre) {
  Case plain{
      .classes = 17, .logits = random_floats(17 * kPack, 3), .labels = {}, .smoothing = 0.25f};
  for (std::int64_t i = 0; i < 11; ++i) plain.labels.push_back(static_cast<Label>(i * 7 % 17));
  Case weighted = plain;
  weighted.weights.assign(17, 1.0f);
  const auto want = losses_and_gradient(plain, 0.5f);
  for (const auto& got : run_on_every_target([&] { return losses_and_gradient(weighted, 0.5f); })) {
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5f) << i;
    for (std::int64_t lane = 11; lane < kPack; ++lane) {
      EXPECT_EQ(lane_of(got.data() + kPack, 17, lane), reference::Values(17)) << lane;
    }
  }
}

/// The smoothed loss by its definition: the label's share and an even one over all classes.
double smoothed(const reference::Values& z, std::int64_t label, double smoothing) {
  double sum = 0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    sum += reference::cross_entropy(z, static_cast<std::int64_t>(k));
  }
  return (1 - smoothing) * reference::cross_entropy(z, label) +
         smoothing * sum / static_cast<double>(z.size());
}

reference::Values smoothed_backward(const reference::Values& z, std::int64_t label,
                                    double smoothing) {
  const auto classes = static_cast<double>(z.size());
  reference::Values d = reference::cross_entropy_backward(z, label);
  for (double& v : d) v -= smoothing / classes;
  d[static_cast<std::size_t>(label)] += smoothing;
  return d;
}

TEST(LabelSmoothing, IsTheDefinitionsForAnyNumberOfClassesAndImages) {
  for (const std::int64_t classes : {1, 2, 17, 256}) {
    Case c{.classes = classes,
           .logits = random_floats(classes * kPack, 3),
           .labels = {},
           .smoothing = 0.25f};
    for (float& z : c.logits) z *= 8;
    for (std::int64_t i = 0; i < 11; ++i) {
      c.labels.push_back(static_cast<Label>(i * 7 % classes));
    }
    for (const auto& got : run_on_every_target([&] { return losses_and_gradient(c, 1.0f); })) {
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        const reference::Values z = lane_of(c.logits.data(), classes, lane);
        const reference::Values d = lane_of(got.data() + kPack, classes, lane);
        if (lane >= 11) {
          EXPECT_EQ(d, reference::Values(z.size())) << "blank lane " << lane;
          continue;
        }
        const std::int64_t label = c.labels[static_cast<std::size_t>(lane)];
        EXPECT_NEAR(got[static_cast<std::size_t>(lane)], smoothed(z, label, 0.25), loss_error(z));
        expect_near(d, smoothed_backward(z, label, 0.25), reference::Values(z.size(), 1),
                    loss_error(z), "gradient");
      }
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
