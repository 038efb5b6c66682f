// The losses of rows: against PyTorch's numbers, and by their formulas in double.
#include "kernels/row_loss.h"

#include <cmath>
#include <limits>

#include "base/loss_formula.h"
#include "kernels/cross_entropy.h"
#include "kernels/packs.h"
#include "kernels/targets.h"
#include "run/option_words.h"
#include "train/golden.h"

namespace lenet::kernels {
namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

/// Outputs of one pack, (outputs, kPack), and a row of targets for each of the first lanes.
struct Case {
  LossFunction loss;
  std::int64_t outputs;
  std::vector<float> y;
  std::vector<std::vector<float>> rows;
};

constexpr std::int64_t kScores = kPack, kGradient = 2 * kPack;  // behind the losses

/// The losses of all lanes, their scores, and the gradient of `scale` times the sum of the losses.
std::vector<float> result_of(const Case& c, float scale) {
  const AlignedFloats y = aligned(c.y);
  SoftmaxStatistics softmax;
  cross_entropy_forward(c.outputs, y.data(), softmax);
  const float* rows[kPack] = {};
  for (std::size_t lane = 0; lane < c.rows.size(); ++lane) rows[lane] = c.rows[lane].data();
  const RowTargets targets = {c.loss, c.outputs, rows, softmax.logsumexp};
  RowSums sums;
  row_loss_forward(targets, y.data(), sums);
  row_loss_backward(targets, sums, scale, y.data());
  std::vector<float> result;
  for (const double loss : sums.loss) result.push_back(static_cast<float>(loss));
  for (const double score : sums.score) result.push_back(static_cast<float>(score));
  result.insert(result.end(), y.data(), y.data() + y.size());
  return result;
}

TEST(RowLoss, AndItsGradientArePyTorchsOnEveryTarget) {
  const nlohmann::json golden = golden_json("row_losses.json");
  const auto x = golden.at("outputs").get<std::vector<std::vector<float>>>();
  const auto outputs = std::ssize(x[0]), count = std::ssize(x);
  Case c{.loss = {}, .outputs = outputs, .y = std::vector<float>(19 * kPack, 7), .rows = {}};
  for (std::int64_t k = 0; k < outputs; ++k) {
    for (std::size_t lane = 0; lane < x.size(); ++lane) {
      c.y[static_cast<std::size_t>(k * kPack) + lane] = x[lane][static_cast<std::size_t>(k)];
    }
  }
  for (const nlohmann::json& want : golden.at("cases")) {
    c.loss = meaning_of(kLosses, want.at("loss").get<std::string>());
    c.rows = want.at("targets").get<std::vector<std::vector<float>>>();
    const bool classes = c.loss == LossFunction::kCrossEntropy;
    const double terms = static_cast<double>(count * (classes ? 1 : outputs));
    const auto gradient = want.at("gradient").get<std::vector<std::vector<float>>>();
    const auto scale = static_cast<float>(1 / terms);
    for (const auto& got : run_on_every_target([&] { return result_of(c, scale); })) {
      double sum = 0;
      for (std::int64_t lane = 0; lane < count; ++lane) {
        sum += static_cast<double>(got[static_cast<std::size_t>(lane)]);
        const auto& row = gradient[static_cast<std::size_t>(lane)];
        // Of a derivative of at most 100, to the rounding of an exponent of 90.
        expect_near(lane_of(got.data() + kGradient, outputs, lane), {row.begin(), row.end()},
                    reference::Values(row.size(), 100 / terms), 4 * kEpsilon, "gradient");
      }
      const double value = want.at("value").get<double>();
      EXPECT_NEAR(sum / terms, value, 4 * kEpsilon * value) << want.at("loss");
      for (std::int64_t lane = count; lane < kPack; ++lane) {
        EXPECT_EQ(lane_of(got.data() + kGradient, outputs, lane),
                  reference::Values(static_cast<std::size_t>(outputs)));
      }
    }
  }
}

/// Rows of shares for eleven lanes.
Case random_case(LossFunction loss, std::int64_t outputs) {
  Case c{.loss = loss, .outputs = outputs, .y = random_floats(outputs * kPack, 3), .rows = {}};
  for (float& y : c.y) y *= 6;
  for (std::uint32_t lane = 0; lane < 11; ++lane) {
    c.rows.push_back(random_floats(outputs, 10 + lane));
    for (float& t : c.rows.back()) t = (t + 1) / 2;
  }
  return c;
}

template <class Formula>
void expect_formula(LossFunction loss) {
  for (const std::int64_t outputs : {1, 15, 16, 17, 40}) {
    const Case c = random_case(loss, outputs);
    for (const auto& got : run_on_every_target([&] { return result_of(c, 0.25f); })) {
      for (std::int64_t lane = 0; lane < 11; ++lane) {
        double value = 0, score = 0;
        reference::Values derivative;
        const reference::Values y = lane_of(c.y.data(), outputs, lane);
        for (std::size_t k = 0; k < y.size(); ++k) {
          const auto t = static_cast<double>(c.rows[static_cast<std::size_t>(lane)][k]);
          value += Formula::value(y[k], t);
          score += Formula::score(y[k], t);
          derivative.push_back(0.25 * Formula::derivative(y[k], t));
        }
        EXPECT_NEAR(static_cast<double>(got[static_cast<std::size_t>(lane)]), value,
                    8 * kEpsilon * (value + 1));
        EXPECT_NEAR(got[static_cast<std::size_t>(kScores + lane)], score, kEpsilon * (score + 1));
        expect_near(lane_of(got.data() + kGradient, outputs, lane), derivative,
                    reference::Values(y.size(), 7), 2 * kEpsilon, "gradient");
      }
    }
  }
}

TEST(RowLoss, IsItsFormulasOnEveryTarget) {
  expect_formula<formula::SquaredError<double>>(LossFunction::kMse);
  expect_formula<formula::AbsoluteError<double>>(LossFunction::kL1);
  expect_formula<formula::BinaryCrossEntropy<double>>(LossFunction::kBce);
}

TEST(RowLoss, OfNumbersThatAreNoneIsNone) {
  for (const Word<LossFunction>& loss : kLosses) {
    Case c = random_case(loss.value, 5);
    c.y[3 * kPack + 2] = std::numeric_limits<float>::quiet_NaN();
    for (const auto& got : run_on_every_target([&] { return result_of(c, 1); })) {
      EXPECT_TRUE(std::isnan(got[2])) << loss.word;
      EXPECT_FALSE(std::isnan(got[3])) << loss.word;
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
